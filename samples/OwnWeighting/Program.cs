// Trains with a weighting that Concord does not have: GroupRobust.cs beside this file.
// dotnet run -c Release --project samples/OwnWeighting -- MODEL_FOLDER OUTPUT_FOLDER helpful.json webgpt.json
using Concord;
using Concord.Modeling.Rewards;
using OwnWeighting;

ConcordRuntime.Prepare();
var data = PreferenceData.Read(args[2..]).Split(heldOut: .1);
using var model = RewardModel.Load(args[0], new() { HeadSeed = 1 });
var result = new RewardTraining(model, data)
{
    Weighting = new GroupRobust { Rate = .1 },
    Epochs = 1,
}.Run(args[1]);
foreach (var source in result.Evaluation.Sources)
    Console.WriteLine($"{source.Name}: accuracy {source.Accuracy:f3}, ECE {source.Ece:f3}");
