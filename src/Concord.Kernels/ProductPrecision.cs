namespace Concord.Kernels;

/// <summary>How a matrix product of fp32 matrices is computed.</summary>
public enum ProductPrecision
{
    /// <summary>In fp32.</summary>
    Single,

    /// <summary>Factors rounded to bf16, products summed in fp32: see <see cref="MatrixProduct.HasBf16"/>.</summary>
    Bf16,
}
