namespace Concord.Modeling.Operations;

/// <summary>
/// What operations with a backward pass of their own write down in the forward pass: how each of them is undone. Going
/// back over it frees what they have used.
/// </summary>
/// <param name="pool">Where outputs, their gradients and what is kept between the two passes come from.</param>
internal sealed class Tape(BufferPool pool)
{
    private readonly List<Action> steps = [];

    /// <summary>Memory of activations.</summary>
    public BufferPool Pool => pool;

    /// <summary>Whether operations are noted.</summary>
    public bool Recording { get; set; } = true;

    /// <summary>
    /// Whether a layer is computed again in the backward pass: sums into the residual stream are formed only where
    /// something reads them.
    /// </summary>
    public bool Recomputing { get; set; }

    /// <summary>The end of what is noted so far.</summary>
    public int Mark => steps.Count;

    /// <summary>The output of an operation, uninitialised.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="trained">Whether an input of the operation needs a gradient or a parameter is trained.</param>
    public Variable Output(long rows, long columns, bool trained) =>
        new(pool.Rent(rows, columns)) { NeedsGradient = Recording && trained };

    /// <summary>Notes how an operation is undone; its output and the output's gradient are free afterwards.</summary>
    public void Record(Variable output, Action back)
    {
        if (!output.NeedsGradient)
            return;
        steps.Add(() =>
        {
            if (output.Gradient is not null)
                back();
            var shared = ReferenceEquals(output.Gradient, output.Computed);
            pool.Return(output.Gradient);
            if (!shared)
                pool.Return(output.Computed);
        });
    }

    /// <summary>Notes how an operation that wrote over its input is undone on the gradient.</summary>
    public void RecordInPlace(Variable changed, Action back)
    {
        if (!changed.NeedsGradient)
            return;
        steps.Add(() =>
        {
            if (changed.Gradient is not null)
                back();
        });
    }

    /// <summary>Undoes everything noted since a mark, last first.</summary>
    public void GoBackTo(int mark)
    {
        while (steps.Count > mark)
        {
            var back = steps[^1];
            steps.RemoveAt(steps.Count - 1);
            back();
        }
    }

    /// <summary>Forgets everything noted and takes back all memory.</summary>
    public void Clear()
    {
        Recomputing = false;
        steps.Clear();
        pool.ReturnAll();
    }
}
