using System.Text;
using Concord.Modeling.Files;
using Xunit;

namespace Concord.Tests.Weights;

public class SafetensorsHeaderTests
{
    private const string Good =
        """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"BF16","shape":[4],"data_offsets":[24,32]}}""";

    [Fact]
    public void A_header_gives_its_tensors_in_the_order_of_their_bytes()
    {
        var header = Parse(Good + "   ", 32);
        Assert.Equal("pt", header.Metadata["format"]);
        Assert.Equal(["a", "b"], header.Entries.Select(entry => entry.Name));
        Assert.Equal((24, 32, 4), (header.Entries[1].Begin, header.Entries[1].End, header.Entries[1].Count));
        Assert.Equal([2, 3], header.Entries[0].Shape);
    }

    [Fact]
    public void Scalars_and_empty_tensors_are_tensors()
    {
        var header = Parse(
            """{"e":{"dtype":"F32","shape":[0,5],"data_offsets":[0,0]},"s":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}""",
            8
        );
        Assert.Equal([0, 1], header.Entries.Select(entry => entry.Count));
        Assert.Empty(Parse("{}", 0).Entries);
    }

    [Theory]
    [InlineData("[]", 0, "no JSON object")]
    [InlineData("", 0, "not valid JSON")]
    [InlineData("{\"a\":", 0, "not valid JSON")]
    [InlineData("{}{}", 0, "not valid JSON")]
    [InlineData("{\"\\ud800\":{}}", 0, "not valid JSON")]
    [InlineData("{\"a\":1}", 0, "tensor \"a\" is no object")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "tensor \"a\" lacks data_offsets")]
    [InlineData(
        "{\"a\":{\"dtype\":\"F4\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        4,
        "tensor \"a\" has dtype \"F4\"; known are BOOL"
    )]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        4,
        "tensor \"a\" has dtype twice"
    )]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}",
        8,
        "takes 4 bytes, but data_offsets give it 8"
    )]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 3, "cut short")]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}",
        4,
        "tensor \"a\": data_offsets are [4, 0]"
    )]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}",
        4,
        "tensor \"a\": data_offsets holds something else"
    )]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}",
        4,
        "tensor \"a\": shape holds something else"
    )]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", 8, "expected [begin, end]")]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}",
        0,
        "tensor \"a\" of shape [4294967296, 4294967296] has more bytes"
    )]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[0,9223372036854775807],\"data_offsets\":[0,0]}}",
        0,
        "has more bytes"
    )]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775808],\"data_offsets\":[0,0]}}",
        0,
        "shape holds something else"
    )]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        8,
        "tensor \"a\" stands in the header twice"
    )]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
        12,
        "tensor \"b\" begins at byte 4 of the data, inside tensor \"a\""
    )]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}",
        12,
        "tensor \"b\" begins at byte 8 of the data; expected 4"
    )]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        5,
        "tensor \"a\", the last, ends at byte 4"
    )]
    [InlineData("{}", 5, "no tensor is listed")]
    [InlineData("{\"__metadata__\":{\"a\":1}}", 0, "only texts")]
    [InlineData("{\"__metadata__\":1}", 0, "__metadata__ of the header is no object")]
    public void A_wrong_header_is_refused_naming_file_and_tensor(string json, long dataLength, string expected)
    {
        var error = Assert.Throws<ConcordException>(() => Parse(json, dataLength));
        Assert.StartsWith("x.safetensors: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deep_header_and_too_many_dimensions_are_refused()
    {
        Assert.Throws<ConcordException>(() => Parse($"{{\"a\":{new string('[', 100_000)}", 0));
        var ones = string.Join(",", Enumerable.Repeat("1", 100));
        var error = Assert.Throws<ConcordException>(() =>
            Parse($"{{\"a\":{{\"dtype\":\"U8\",\"shape\":[{ones}],\"data_offsets\":[0,1]}}}}", 1)
        );
        Assert.Contains("more than 64", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Headers_of_random_damage_give_a_table_that_holds_or_a_sentence()
    {
        var random = new Random(1);
        var source = Encoding.UTF8.GetBytes(Good);
        string[] fragments =
        [
            "-1",
            "18446744073709551616",
            "1e3",
            "null",
            "{",
            "]",
            "\"",
            "\\ud800",
            ",",
            "\u00ff",
            "\"a\":",
        ];
        int accepted = 0,
            refused = 0;
        for (var run = 0; run < 20_000; run++)
        {
            var bytes = source.ToList();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at - 1));
                        break;
                    case 2:
                        bytes.InsertRange(at, Encoding.Latin1.GetBytes(fragments[random.Next(fragments.Length)]));
                        break;
                    default:
                        bytes[at] = (byte)('0' + random.Next(10));
                        break;
                }
            }
            try
            {
                var header = SafetensorsHeader.Parse(bytes.ToArray(), 32, "x.safetensors");
                Assert.Equal(32, header.Entries.Sum(entry => entry.End - entry.Begin));
                accepted++;
            }
            catch (ConcordException error)
            {
                Assert.StartsWith("x.safetensors: ", error.Message, StringComparison.Ordinal);
                refused++;
            }
        }
        Assert.True(accepted > 100 && refused > 10_000, $"{accepted} accepted, {refused} refused");
    }

    private static SafetensorsHeader Parse(string json, long dataLength) =>
        SafetensorsHeader.Parse(Encoding.UTF8.GetBytes(json), dataLength, "x.safetensors");
}
