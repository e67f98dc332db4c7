using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Folders;
using Xunit;

namespace Concord.Tests.Backbones;

public class FamilyTests
{
    public static TheoryData<string> ModelTypes() => [.. BackboneFamilies.All.Select(family => family.ModelType)];

    [Theory]
    [MemberData(nameof(ModelTypes))]
    public void A_family_is_named_in_its_own_file_and_in_one_line_of_the_table(string modelType)
    {
        // "llama" is also what a recipe takes that names none
        if (modelType == "llama")
            return;
        var source = Path.Combine(Shared.RepositoryRoot, "src");
        var naming = Directory
            .EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Contains("obj"))
            .Where(file => File.ReadAllText(file).Contains($"\"{modelType}\"", StringComparison.Ordinal));
        var own = Path.GetFileNameWithoutExtension(Assert.Single(naming));
        var table = File.ReadAllLines(Path.Combine(source, "Concord.Modeling/Backbones/BackboneFamilies.cs"));
        Assert.Single(table, line => line.Contains(own, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(ModelTypes))]
    public void A_config_of_sizes_alone_is_completed_and_written_so_that_it_reads_as_itself(string modelType)
    {
        using var folder = new TemporaryFolder();
        var family = BackboneFamilies.Named(modelType);
        var shape = family.Complete(
            new BackboneConfig
            {
                Family = family,
                HiddenSize = 32,
                Layers = 2,
                Heads = 4,
                KeyValueHeads = family.GroupedQueries ? 2 : 4,
                HeadDimension = 8,
                IntermediateSize = 48,
                VocabularySize = 60,
                NormEpsilon = 1e-5,
                RopeTheta = 10000,
                Activation = family.Activation,
                MaxPositions = 64,
            }
        );
        ModelConfigFile.WriteLanguageModel(folder.Path, shape);
        Assert.Equal(shape, BackboneConfig.Read(folder.Path));
        // what is written at random is what the family's constructor asks for
        RandomCheckpoint.Write(folder.File("random"), shape, seed: 1);
        using var reader = CheckpointReader.Open(folder.File("random"));
        using var backbone = BackboneFactory.Load(
            shape,
            reader,
            null,
            TorchSharp.torch.CPU,
            family.LanguageModelHeadName
        );
        Assert.Equal(
            ModelTensors.ParameterCount(shape),
            backbone.Parameters.Sum(parameter => parameter.Value.NumberOfElements)
        );
        Assert.Equal(
            ModelTensors.Backbone(shape).Select(tensor => tensor.Name),
            backbone.Parameters.SelectMany(parameter => parameter.Layout.Names)
        );
    }

    [Fact]
    public void A_model_type_that_is_no_family_is_none() =>
        Assert.Throws<ArgumentException>(() => BackboneFamilies.Named("gpt2"));
}
