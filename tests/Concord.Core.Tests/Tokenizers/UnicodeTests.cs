using System.Globalization;
using System.Text;
using Concord.Tokenization.Unicode;
using Xunit;

namespace Concord.Tests.Tokenizers;

public class UnicodeTests
{
    [Fact]
    public void Categories_are_those_of_Unicode_16()
    {
        Assert.Equal(UnicodeCategory.LowercaseLetter, UnicodeTable.Category('a'));
        Assert.Equal(UnicodeCategory.OtherLetter, UnicodeTable.Category(0x4E2D));
        Assert.Equal(UnicodeCategory.UppercaseLetter, UnicodeTable.Category(0x1C89)); // new in 16
        Assert.Equal(UnicodeCategory.OtherNotAssigned, UnicodeTable.Category(0x16EA0)); // a letter only since 17
        Assert.Equal(UnicodeCategory.Surrogate, UnicodeTable.Category(0xD800));
        Assert.Equal(UnicodeCategory.OtherNotAssigned, UnicodeTable.Category(0x10FFFF));
        Assert.True(
            UnicodeTable.IsNumeric(0x11DE0) && UnicodeTable.Category(0x11DE0) == UnicodeCategory.OtherNotAssigned
        ); // Digits knows 17
        Assert.True(UnicodeTable.IsWord('_') && UnicodeTable.IsWord(0x24B6) && !UnicodeTable.IsWord('-'));
        Assert.Equal(25, Enumerable.Range(0, 0x110000).Count(UnicodeTable.IsWhitespace));
        // The runtime's own tables agree on everything that was assigned long ago.
        for (var c = 0; c < 0x2000; c++)
            if (
                UnicodeTable.Category(c) != UnicodeCategory.OtherNotAssigned
                && c is not (0x897 or 0x1C89 or 0x1C8A or 0x1B4E or 0x1B4F or 0x1B7F)
            )
                Assert.Equal(CharUnicodeInfo.GetUnicodeCategory(c), UnicodeTable.Category(c));
    }

    [Theory]
    [InlineData(NormalizationForm.FormC, true, false)]
    [InlineData(NormalizationForm.FormD, false, false)]
    [InlineData(NormalizationForm.FormKC, true, true)]
    [InlineData(NormalizationForm.FormKD, false, true)]
    public void Normal_forms_equal_the_runtimes_on_old_characters(
        NormalizationForm form,
        bool compose,
        bool compatibility
    )
    {
        (int First, int Last)[] blocks =
        [
            (0x20, 0x7E),
            (0xA0, 0x24F),
            (0x300, 0x34E),
            (0x390, 0x3CE),
            (0x410, 0x45F),
            (0x5B0, 0x5BD),
            (0x5D0, 0x5EA),
            (0x622, 0x655),
            (0x915, 0x94D),
            (0x9C7, 0x9D7),
            (0x1100, 0x1112),
            (0x1161, 0x1175),
            (0x11A8, 0x11C2),
            (0x1E00, 0x1EF9),
            (0x1F00, 0x1F15),
            (0x2126, 0x212B),
            (0x3041, 0x309A),
            (0xAC00, 0xD7A3),
            (0xF900, 0xFA0D),
            (0xFB1D, 0xFB36),
            (0xFF01, 0xFF5E),
            (0x1D15E, 0x1D164),
            (0x2F800, 0x2FA1D),
        ];
        var random = new Random(13);
        for (var i = 0; i < 20_000; i++)
        {
            var text = new StringBuilder();
            for (var k = random.Next(1, 9); k > 0; k--)
            {
                var (first, last) = blocks[random.Next(3) == 0 ? 2 : random.Next(blocks.Length)];
                text.Append(char.ConvertFromUtf32(random.Next(first, last + 1)));
            }
            Assert.Equal(
                text.ToString().Normalize(form),
                UnicodeNormalizer.Normalize(text.ToString(), compose, compatibility)
            );
        }
    }

    [Fact]
    public void A_long_run_of_marks_is_sorted_quickly()
    {
        var text = "a" + string.Concat(Enumerable.Repeat("\u0301\u0316", 200_000));
        var normal = UnicodeNormalizer.Normalize(text, compose: true, compatibility: false);
        Assert.Equal("\u00e1\u0316\u0316", normal[..3]);
    }
}
