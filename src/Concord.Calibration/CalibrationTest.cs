using System.Globalization;

namespace Concord.Calibration;

/// <summary>
/// The one rule by which a model is called miscalibrated: p = min(p_z / .9, p_ECE / .1), p_z being
/// <see cref="SpiegelhalterTest"/>'s and p_ECE how often a calibrated model shows at least this ECE; at most 1.
/// </summary>
/// <remarks>
/// Nine tenths of the error that is allowed go to z, which has the power where a model is too sure, or not sure enough,
/// as a whole; one tenth to ECE, which sees what cancels in z (Bonferroni's inequality with weights: the rule errs no
/// more often than it says). The prompt is the unit of both.
/// </remarks>
/// <param name="PValue">p; null where nothing was tested.</param>
/// <param name="PValueHolm">p adjusted for as many tests as there are sources (Holm 1979): at most the level for every
/// source for which one may say so of all at once. Null for the pool, or where nothing was tested.</param>
/// <param name="Verdict">What was found at the level of the evaluation; null where nothing was tested.</param>
/// <param name="Reason">Why nothing was tested; null where something was.</param>
public sealed record CalibrationTest(double? PValue, double? PValueHolm, CalibrationVerdict? Verdict, string? Reason)
{
    /// <summary>The fewest prompts that are tested: with fewer the rule errs more often than it says.</summary>
    public const int FewestPrompts = 20;

    /// <summary>The part of the allowed error that z has.</summary>
    internal const double ShareOfZ = 0.9;

    internal static CalibrationTest Of(SpiegelhalterTest z, double ece, double level)
    {
        double pz = z.PValue is { } tail ? Math.Min(1, tail / ShareOfZ) : 1,
            pece = Math.Min(1, ece / (1 - ShareOfZ)),
            p = Math.Min(pz, pece);
        var verdict =
            !(p < 1 - level) ? CalibrationVerdict.Noise
            : !(pz < 1 - level) ? CalibrationVerdict.Uneven
            : z.Z > 0 ? CalibrationVerdict.Overconfident
            : CalibrationVerdict.Underconfident;
        return new CalibrationTest(p, null, verdict, null);
    }

    internal static CalibrationTest OfVersion1 { get; } =
        new(
            null,
            null,
            null,
            "evaluated by an earlier version, which did not test by prompts: evaluate the scores again"
        );

    internal static CalibrationTest NotResampled { get; } = new(null, null, null, "not resampled");

    internal static CalibrationTest TooFew(int prompts) =>
        new(
            null,
            null,
            null,
            prompts == 1
                ? "1 prompt: too few to test"
                : $"{prompts.ToString(CultureInfo.InvariantCulture)} prompts: too few to test"
        );
}
