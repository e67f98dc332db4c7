// Trains one reward model on two sources by MORE, and says how far its probabilities can be trusted, source by source.
// dotnet run -c Release --project samples/TrainMore -- helpful.json webgpt.json MODEL_FOLDER OUTPUT_FOLDER
using Concord;
using Concord.Calibration;
using Concord.Modeling.Rewards;
using Concord.Training.Weightings;

ConcordRuntime.Prepare();
var data = PreferenceData.Read(args[0], args[1]).Split(heldOut: .1);
using var model = RewardModel.Load(args[2], new() { HeadSeed = 1 });
var training = new RewardTraining(model, data)
{
    Weighting = new MoreWeighting { Alpha = .99 },
    Epochs = 1,
};

var result = training.Run(args[3]);
foreach (var source in result.Evaluation.Sources)
    Console.WriteLine($"{source.Name}: accuracy {source.Accuracy:f3}, ECE {source.Ece:f3}");

using var trained = RewardModel.Load(result.ModelFolder);
var report = Evaluation.Run(trained.Predict(data.HeldOut));
Console.WriteLine($"The saved model, all sources together: NLL {report.Pooled.Nll:f3}");
