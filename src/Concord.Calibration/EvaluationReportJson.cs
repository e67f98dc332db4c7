using System.Buffers;
using System.Text.Json;
using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>
/// The report as JSON: {"pooled": M, "sources": {NAME: M}, "settings": ..}, and "with_temperatures" likewise where
/// sources have one.
/// </summary>
/// <remarks>
/// Numbers are shortest round-trip; what is undefined (no strict pair) is null; what is not finite is a string
/// ("Infinity").
/// </remarks>
public static class EvaluationReportJson
{
    /// <summary>The text, indented, ending in a line feed.</summary>
    public static string Text(EvaluationReport report)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
            Write(json, report);
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    /// <summary>Writes the file beside its place and renames it.</summary>
    /// <exception cref="ConcordException">The file cannot be written there.</exception>
    public static void WriteFile(string path, EvaluationReport report) => AtomicFile.WriteText(path, Text(report));

    /// <summary>Writes the object.</summary>
    public static void Write(Utf8JsonWriter json, EvaluationReport report)
    {
        json.WriteStartObject();
        Both(json, report);
        if (report.WithTemperatures is { } tempered)
        {
            json.WriteStartObject("with_temperatures");
            Both(json, tempered);
            json.WriteEndObject();
        }
        json.WriteStartObject("settings");
        json.WriteNumber("resamples", report.Options.Resamples);
        json.WriteNumber("seed", report.Options.Seed);
        json.WriteNumber("level", report.Options.Level);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Both(Utf8JsonWriter json, EvaluationReport report)
    {
        json.WritePropertyName("pooled");
        Metrics(json, report.Pooled);
        json.WriteStartObject("sources");
        foreach (var source in report.Sources)
        {
            json.WritePropertyName(source.Name);
            Metrics(json, source);
        }
        json.WriteEndObject();
    }

    private static void Metrics(Utf8JsonWriter json, SourceMetrics m)
    {
        json.WriteStartObject();
        json.WriteNumber("comparisons", m.Comparisons);
        json.WriteNumber("pairs", m.Pairs);
        json.WriteNumber("ties", m.Ties);
        json.WriteNumber("clusters", m.Clusters);
        Number(json, "temperature", m.Temperature);
        Number(json, "accuracy_ties_half", m.AccuracyTiesHalf);
        Number(json, "accuracy_ties_wrong", m.AccuracyTiesWrong);
        Number(json, "mean_confidence", m.MeanConfidence);
        Number(json, "brier", m.Brier);
        Number(json, "nll", m.Nll);
        Number(json, "nll_clipped", m.NllClipped);
        Intervals(json, m);
        json.WriteStartObject("baselines");
        Number(json, "longest", m.Baselines.Longest);
        Number(json, "shortest", m.Baselines.Shortest);
        Number(json, "first", m.Baselines.First);
        json.WriteNumber("pairs_with_lengths", m.Baselines.PairsWithLengths);
        json.WriteBoolean("order_tells_label", m.Baselines.OrderTellsLabel);
        json.WriteEndObject();
        json.WriteStartObject("spiegelhalter");
        Number(json, "z", m.Spiegelhalter.Z);
        Number(json, "p_value", m.Spiegelhalter.PValue);
        Number(json, "z_clustered", m.Spiegelhalter.ZClustered);
        Number(json, "p_value_clustered", m.Spiegelhalter.PValueClustered);
        json.WriteEndObject();
        foreach (var reading in CalibrationReadings.All)
        {
            json.WriteStartObject(reading.Name());
            foreach (var (name, entry) in m.Calibration[reading])
            {
                json.WritePropertyName(name);
                Entry(json, entry);
            }
            json.WriteEndObject();
        }
        Drift(json, m.Drift);
        json.WriteEndObject();
    }

    private static void Intervals(Utf8JsonWriter json, SourceMetrics m)
    {
        json.WriteStartObject("intervals");
        Range(json, "accuracy_ties_half", m.Intervals?.AccuracyTiesHalf);
        Range(json, "accuracy_ties_wrong", m.Intervals?.AccuracyTiesWrong);
        Range(json, "brier", m.Intervals?.Brier);
        Range(json, "nll", m.Intervals?.Nll);
        // The paper's ECE once more beside the others; each binning carries its own.
        if (m.Calibration[CalibrationReading.AllOrderedPairs].TryGetValue("uniform10", out var entry))
            Range(json, "ece", entry.Interval);
        json.WriteEndObject();
    }

    private static void Entry(Utf8JsonWriter json, CalibrationEntry entry)
    {
        json.WriteStartObject();
        Number(json, "ece", entry.Error.Ece);
        Number(json, "ace", entry.Error.Ace);
        Number(json, "mce", entry.Error.Mce);
        json.WriteStartArray("counts");
        foreach (var count in entry.Error.Counts)
            json.WriteNumberValue(count);
        json.WriteEndArray();
        Array(json, "edges", entry.Error.Edges.Select(edge => (double?)edge));
        Array(json, "confidences", entry.Error.Confidences);
        Array(json, "frequencies", entry.Error.Frequencies);
        Range(json, "ece_interval", entry.Interval);
        Number(json, "ece_debiased", entry.Debiased);
        Number(json, "ece_debiased_signed", entry.DebiasedSigned);
        if (entry.Consistency is { } band)
        {
            json.WriteStartObject("consistency");
            Number(json, "mean", band.Mean);
            Number(json, "p05", band.P05);
            Number(json, "p95", band.P95);
            Number(json, "p_value", band.PValue);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("consistency");
        }
        json.WriteEndObject();
    }

    private static void Drift(Utf8JsonWriter json, RewardDrift drift)
    {
        json.WriteStartObject("drift");
        json.WriteNumber("pairs", drift.Pairs);
        Number(json, "mean", drift.Mean);
        foreach (var (name, part) in new[] { ("positive", drift.Positive), ("negative", drift.Negative) })
        {
            json.WriteStartObject(name);
            json.WriteNumber("count", part.Count);
            Number(json, "mean", part.Mean);
            json.WriteEndObject();
        }
        json.WriteNumber("zero", drift.Zero);
        foreach (var (name, boxes) in new[] { ("box_per_sign", drift.BoxPerSign), ("box_of_all", drift.BoxOfAll) })
        {
            json.WriteStartObject(name);
            Box(json, "positive", boxes.Positive);
            Box(json, "negative", boxes.Negative);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void Box(Utf8JsonWriter json, string name, BoxPlot? box)
    {
        if (box is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        Number(json, "q1", box.Q1);
        Number(json, "median", box.Median);
        Number(json, "q3", box.Q3);
        Number(json, "low", box.Low);
        Number(json, "high", box.High);
        json.WriteNumber("outliers", box.Outliers);
        Number(json, "outliers_mean", box.OutliersMean);
        json.WriteNumber("outliers_above", box.OutliersAbove);
        json.WriteNumber("outliers_below", box.OutliersBelow);
        json.WriteEndObject();
    }

    private static void Range(Utf8JsonWriter json, string name, Interval? interval)
    {
        if (interval is null)
            json.WriteNull(name);
        else
            Array(json, name, [interval.Low, interval.High]);
    }

    private static void Array(Utf8JsonWriter json, string name, IEnumerable<double?> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            Value(json, value);
        json.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        json.WritePropertyName(name);
        Value(json, value);
    }

    private static void Value(Utf8JsonWriter json, double? value)
    {
        if (value is not { } number)
            json.WriteNullValue();
        else if (double.IsFinite(number))
            json.WriteNumberValue(number);
        else
            json.WriteStringValue(number.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
