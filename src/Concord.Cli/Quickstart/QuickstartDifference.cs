using Concord.Calibration;

namespace Concord.Cli.Quickstart;

/// <summary>What was compared, and what came out.</summary>
/// <param name="First">The scheme that stands before.</param>
/// <param name="Second">The scheme whose number less the first's is the difference.</param>
/// <param name="Measure"><c>accuracy</c>, <c>ece</c> or <c>error</c>.</param>
/// <param name="Difference">The difference and its interval.</param>
internal sealed record QuickstartDifference(string First, string Second, string Measure, PairedDifference Difference);
