namespace Concord.Modeling.Weights;

/// <summary>The files of a Hugging Face model folder by name, and those of them that are copied from one folder to the next.</summary>
public static class ModelFolder
{
    /// <summary>The shape of the model.</summary>
    public const string ConfigFileName = "config.json";

    /// <summary>All weights in one file.</summary>
    public const string WeightsFileName = "model.safetensors";

    /// <summary>Which shard holds which tensor, where the weights are in several files.</summary>
    public const string WeightsIndexFileName = "model.safetensors.index.json";
}
