using Concord.Kernels;
using TorchSharp;

namespace Concord.Modeling.Packing;

/// <summary>A plan of attention, and the masks that say the same to the tensor library.</summary>
/// <param name="plan">Which queries see which keys.</param>
/// <param name="device">Where the masks are made.</param>
internal sealed class AttentionPattern(AttentionPlan plan, torch.Device device) : IDisposable
{
    private torch.Tensor[]? masks;

    /// <summary>Which queries see which keys.</summary>
    public AttentionPlan Plan => plan;

    /// <summary>
    /// For each group of the plan, true where a query sees a key; keys are those of the group's runs, one run after the
    /// other. Made when first asked for. // (queries, keys) each, bool
    /// </summary>
    public IReadOnlyList<torch.Tensor> Masks => masks ??= [.. plan.Groups.Select(Mask)];

    private torch.Tensor Mask(AttentionGroup group)
    {
        using var scope = torch.NewDisposeScope();
        var width = group.Keys.Sum(run => run.Count);
        var seen = new bool[group.Queries * width];
        var row = 0;
        foreach (var part in group.Parts)
        {
            for (var query = 0; query < part.Queries; query++, row++)
            {
                var (from, to) = part.VisibleTo(query);
                var key = 0;
                foreach (var run in part.Runs)
                {
                    int first = Math.Max(from - key, 0),
                        end = Math.Min(to - key, run.Count);
                    if (first < end)
                        Array.Fill(seen, true, row * width + ColumnOf(group, run.Start) + first, end - first);
                    key += run.Count;
                }
            }
        }
        return torch.tensor(seen, [group.Queries, width], device: device).DetachFromDisposeScope();
    }

    private static int ColumnOf(AttentionGroup group, int row)
    {
        var before = 0;
        foreach (var run in group.Keys)
        {
            if (row >= run.Start && row < run.Start + run.Count)
                return before + row - run.Start;
            before += run.Count;
        }
        throw new InvalidOperationException($"Row {row} is no key of its group.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var mask in masks ?? [])
            mask.Dispose();
        masks = null;
    }
}
