using Concord.Modeling.Folders;

namespace Concord.Tests.Modeling;

/// <summary>The real pretrained model, imported from its GGUF file once for all tests.</summary>
public sealed class SmolLm2 : IDisposable
{
    private readonly Lazy<DirectoryInfo> folder = new(() =>
    {
        var made = Directory.CreateTempSubdirectory("concord-smollm2-");
        GgufImport.Run(
            Shared.Path("models", "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf"),
            made.FullName
        );
        return made;
    });

    /// <summary>The Hugging Face folder.</summary>
    public string Folder
    {
        get
        {
            Shared.Require();
            return folder.Value.FullName;
        }
    }

    public void Dispose()
    {
        if (folder.IsValueCreated)
            folder.Value.Delete(recursive: true);
    }
}
