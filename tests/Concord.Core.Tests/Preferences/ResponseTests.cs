using Concord.Preferences;
using Xunit;

namespace Concord.Tests.Preferences;

public class ResponseTests
{
    [Fact]
    public void A_length_is_of_characters_and_of_ids_where_there_are_no_texts()
    {
        Assert.Equal(3, Response.FromText("aé😀").Length);
        Assert.Equal(3, Response.FromAssistant("a\uD800😀").Length);
        Assert.Equal(
            5,
            Response.FromMessages([new("assistant", "ab"), new("user", "c"), new("assistant", "de")]).Length
        );
        Assert.Equal(4, Response.FromTokenIds([7, 7, 7, 7]).Length);
        Assert.Equal(0, Response.FromText("").Length);
    }
}
