// How far the probabilities of a reward model of any make can be trusted, from its scores alone: nothing native is
// loaded. docs/evaluation.md says what a line of the file holds.
// dotnet run -c Release --project samples/EvaluateScores -- scores.jsonl
using Concord.Calibration;

var scores = ScoresFile.Read(args[0]);
foreach (var error in scores.Errors)
    Console.Error.WriteLine(error);

var report = Evaluation.Run(scores.Predictions);
foreach (var source in report.Sources)
    Console.WriteLine($"{source.Name}: accuracy {source.Accuracy:f3}, ECE {source.Ece:f3}, NLL {source.Nll:f3}");
