namespace Concord.Preferences.Simulation;

/// <summary>Where each group drifts to: directions of length 1, perpendicular to what all share, that sum to nothing,
/// so that the shared part really is the groups' mean.</summary>
internal static class DriftDirections
{
    /// <summary>K directions as far from each other as K can be (the corners of a regular simplex, turned at random);
    /// where there is no room for that many, random ones around their mean.</summary>
    public static double[][] Draw(IReadOnlyList<double> shared, int count, SimulationRandom random)
    {
        var size = shared.Count;
        if (count == 1)
            return [Basis(shared, 1, random)[0]];
        if (count <= size)
        {
            // Corners of the simplex in count - 1 dimensions: unit vectors minus their mean, written in the basis of
            // Helmert.
            var basis = Basis(shared, count - 1, random);
            var corners = new double[count][];
            for (var i = 0; i < count; i++)
            {
                corners[i] = new double[size];
                for (var h = 1; h < count; h++)
                {
                    var coordinate =
                        (
                            i < h ? 1.0
                            : i == h ? -h
                            : 0
                        ) / Math.Sqrt(h * (h + 1.0));
                    for (var a = 0; a < size; a++)
                        corners[i][a] += coordinate * basis[h - 1][a];
                }
                Normalize(corners[i]);
            }
            return corners;
        }
        var drawn = Enumerable.Range(0, count).Select(_ => Gaussian(size, random)).ToArray();
        var mean = Enumerable.Range(0, size).Select(a => drawn.Average(one => one[a])).ToArray();
        foreach (var one in drawn)
        {
            for (var a = 0; a < size; a++)
                one[a] -= mean[a];
            Remove(one, shared);
            Normalize(one);
        }
        return drawn;
    }

    /// <summary>Random orthonormal vectors, perpendicular to the shared one too.</summary>
    private static double[][] Basis(IReadOnlyList<double> shared, int count, SimulationRandom random)
    {
        var basis = new List<double[]>();
        while (basis.Count < count)
        {
            var vector = Gaussian(shared.Count, random);
            // Twice: the second pass removes what rounding left of the first.
            for (var pass = 0; pass < 2; pass++)
            {
                Remove(vector, shared);
                foreach (var earlier in basis)
                    Remove(vector, earlier);
            }
            Normalize(vector);
            basis.Add(vector);
        }
        return [.. basis];
    }

    private static double[] Gaussian(int size, SimulationRandom random)
    {
        var vector = new double[size];
        for (var a = 0; a < size; a++)
            vector[a] = random.NextGaussian();
        return vector;
    }

    private static void Remove(double[] vector, IReadOnlyList<double> unit)
    {
        var along = 0.0;
        for (var a = 0; a < vector.Length; a++)
            along += vector[a] * unit[a];
        for (var a = 0; a < vector.Length; a++)
            vector[a] -= along * unit[a];
    }

    private static void Normalize(double[] vector)
    {
        var norm = Math.Sqrt(vector.Sum(value => value * value));
        for (var a = 0; a < vector.Length; a++)
            vector[a] /= norm;
    }
}
