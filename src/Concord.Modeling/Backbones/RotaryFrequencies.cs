namespace Concord.Modeling.Backbones;

/// <summary>The rotary frequencies of a configuration, with LLaMA 3's scaling where it is asked for.</summary>
internal static class RotaryFrequencies
{
    /// <summary>Radians per position of each pair of dimensions. // (n/2)</summary>
    public static double[] Of(BackboneConfig config)
    {
        var dimensions = config.RotaryDimension;
        var frequencies = new double[dimensions / 2];
        for (var j = 0; j < frequencies.Length; j++)
            frequencies[j] = Scale(Math.Pow(config.RopeTheta, -2.0 * j / dimensions), config.RopeScaling);
        return frequencies;
    }

    private static double Scale(double frequency, RopeScaling? scaling)
    {
        if (scaling is null)
            return frequency;
        if (scaling.Kind == RopeScalingKind.Linear)
            return frequency / scaling.Factor;
        // LLaMA 3: long waves are slowed by the factor, short ones stay, those between are blended.
        var wavelength = 2 * Math.PI / frequency;
        if (wavelength > scaling.OriginalMaxPositions / scaling.LowFrequencyFactor)
            return frequency / scaling.Factor;
        if (wavelength < scaling.OriginalMaxPositions / scaling.HighFrequencyFactor)
            return frequency;
        var smooth =
            (scaling.OriginalMaxPositions / wavelength - scaling.LowFrequencyFactor)
            / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return (1 - smooth) * frequency / scaling.Factor + smooth * frequency;
    }
}
