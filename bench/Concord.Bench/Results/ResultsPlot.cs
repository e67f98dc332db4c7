using System.Globalization;
using System.Security;
using System.Text;
using Concord.Calibration;

namespace Concord.Bench.Results;

/// <summary>ECE by source of several schemes, beside what a calibrated model shows on as many pairs, as SVG.</summary>
internal static class ResultsPlot
{
    private const double Left = 190,
        Right = 730,
        Top = 42,
        Dot = 8;

    // of one hue with and without temperatures; told apart without colour by their order from top to bottom
    private static readonly string[] Strong = ["#c0392b", "#1f6fb2", "#2e8b57"],
        Light = ["#e59866", "#76b7e8", "#8fceaa"];

    /// <summary>Draws it.</summary>
    /// <param name="schemes">The schemes, of three names at most, with and without a suffix.</param>
    /// <param name="sources">The sources.</param>
    public static string Draw(SchemeRuns[] schemes, string[] sources)
    {
        string[] bases = [.. schemes.Select(scheme => scheme.Name.Split('-')[0]).Distinct()];
        if (bases.Length > Strong.Length)
            throw new ConcordException(
                $"A picture shows {Strong.Length} schemes at most, and these are {bases.Length}."
            );
        string Colour(SchemeRuns scheme) =>
            (scheme.Name.Contains('-', StringComparison.Ordinal) ? Light : Strong)[
                Array.IndexOf(bases, scheme.Name.Split('-')[0])
            ];
        double row = (schemes.Length - 1) * Dot + 22,
            bottom = Top + 10 + sources.Length * row;
        var bands = sources.Select(name => Band(schemes[0], name)).ToArray();
        var largest = Math.Max(
            bands.Max(band => band?.High ?? 0),
            schemes.Max(scheme => sources.Max(name => scheme.Of(name, m => m.Ece) ?? 0))
        );
        var most = Math.Ceiling(largest / .05) * .05;
        double X(double ece) => Left + (Right - Left) * ece / most;
        var rows = (schemes.Length + 1) / 2;
        var svg = new StringBuilder();
        void Add(FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Add(
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 {bottom + 50 + 26 * (rows + 1):f0}\" font-family=\"sans-serif\" font-size=\"18\"><rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
        );
        Add(
            $"<text x=\"20\" y=\"28\" font-size=\"20\" font-weight=\"bold\">Calibration error (ECE) by source, mean of {schemes[0].Reports.Count} seeds</text>"
        );
        for (var tick = 0; tick <= (int)Math.Round(most / .05); tick++)
            Add(
                $"<line x1=\"{X(tick * .05):f1}\" y1=\"{Top}\" x2=\"{X(tick * .05):f1}\" y2=\"{bottom}\" stroke=\"#e4e4e4\"/><text x=\"{X(tick * .05):f1}\" y=\"{bottom + 20}\" text-anchor=\"middle\" fill=\"#444\">{tick * .05:f2}</text>"
            );
        foreach (var (i, name) in sources.Index())
        {
            var y = Top + 10 + i * row;
            Add($"<text x=\"178\" y=\"{y + row / 2:f0}\" text-anchor=\"end\">{SecurityElement.Escape(name)}</text>");
            if (bands[i] is { } band)
                Add(
                    $"<rect x=\"{X(band.Low):f1}\" y=\"{y}\" width=\"{X(band.High) - X(band.Low):f1}\" height=\"{row - 10}\" fill=\"#dfe8f3\"/>"
                );
            foreach (var (j, scheme) in schemes.Index())
                if (scheme.Of(name, m => m.Ece) is { } ece)
                    Add($"<circle cx=\"{X(ece):f1}\" cy=\"{y + 6 + Dot * j}\" r=\"5.5\" fill=\"{Colour(scheme)}\"/>");
        }
        foreach (var (j, scheme) in schemes.Index())
        {
            double x = 20 + j / rows * 250,
                y = bottom + 44 + j % rows * 26;
            Add(
                $"<circle cx=\"{x}\" cy=\"{y}\" r=\"6\" fill=\"{Colour(scheme)}\"/><text x=\"{x + 12}\" y=\"{y + 6}\">{SecurityElement.Escape(scheme.Title)}</text>"
            );
        }
        var last = bottom + 44 + rows * 26;
        Add(
            $"<rect x=\"14\" y=\"{last - 8}\" width=\"26\" height=\"16\" fill=\"#dfe8f3\"/><text x=\"48\" y=\"{last + 6}\">what one calibrated model with {SecurityElement.Escape(schemes[0].Title)}'s rewards shows (5 to 95 %)</text></svg>"
        );
        return svg.ToString();
    }

    // the band of the first scheme, mean over its seeds; none where there are too few prompts to test
    private static (double Low, double High)? Band(SchemeRuns scheme, string source)
    {
        double? Of(Func<ConsistencyBand, double> end) =>
            scheme.Of(
                source,
                m =>
                    m.Calibration[CalibrationReading.AllOrderedPairs][BinningScheme.Headline.Name].Consistency
                        is { } band
                        ? end(band)
                        : null
            );
        return Of(band => band.P05) is { } low && Of(band => band.P95) is { } high ? (low, high) : null;
    }
}
