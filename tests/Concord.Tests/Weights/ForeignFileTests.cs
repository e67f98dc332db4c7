using System.Text;
using Concord.Modeling.Files;
using Xunit;

namespace Concord.Tests.Weights;

public class ForeignFileTests
{
    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 12\n", "git lfs pull")]
    [InlineData("GGUF\u0003\0\0\0", "concord model import")]
    [InlineData("ARROW1\0\0", "Arrow file")]
    [InlineData("\u00FF\u00FF\u00FF\u00FF\u0010\0\0\0", "Arrow stream")]
    [InlineData("PK\u0003\u0004....", "safetensors")]
    [InlineData("\u0080\u0002}q\0", "pickle")]
    [InlineData("\u0089HDF\r\n\u001A\n", "HDF5")]
    [InlineData("\n<!DOCTYPE html><html>", "web page")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "zeros")]
    [InlineData("\u0010\0\0\0\0\0\0\0{\"a\":{}", "a safetensors file")]
    public void A_file_is_told_by_its_first_bytes(string start, string said) =>
        Assert.Contains(said, ForeignFile.Describe(Encoding.Latin1.GetBytes(start)), StringComparison.Ordinal);

    [Theory]
    [InlineData("{\"prompt\": \"version https\"}")]
    [InlineData("")]
    [InlineData("\u00EF\u00BB\u00BF[1, 2]")]
    [InlineData("version 1")]
    public void Text_is_nothing_else(string start) =>
        Assert.Null(ForeignFile.Describe(Encoding.Latin1.GetBytes(start)));
}
