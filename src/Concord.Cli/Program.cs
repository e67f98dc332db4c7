// The command line; grown with the capabilities.
using TorchSharp;

Concord.Modeling.Native.TorchLibraryLoader.Install();
var a = torch.randn(2, 3);
Console.WriteLine(a.sum().ToDouble() < 100 ? "torch works" : "odd");
