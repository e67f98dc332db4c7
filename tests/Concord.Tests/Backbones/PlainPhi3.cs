using System.Globalization;
using System.Text.Json;
using Concord.Modeling.Files;
using TorchSharp;

namespace Concord.Tests.Backbones;

/// <summary>
/// Phi 3 written plainly after <c>modeling_phi3</c> of transformers: loops in double over whole rows, no batch, no
/// operation of the library. It has its own list of tensors and reads <c>config.json</c> for itself.
/// </summary>
internal sealed class PlainPhi3
{
    private readonly Dictionary<string, double[]> weights = new(StringComparer.Ordinal);
    private readonly int hidden,
        layers,
        heads,
        keyHeads,
        head,
        inner,
        vocabulary,
        rotary;
    private readonly int? window;
    private readonly double epsilon,
        theta;
    private readonly bool tied;

    private PlainPhi3(JsonElement config)
    {
        hidden = Whole("hidden_size");
        layers = Whole("num_hidden_layers");
        heads = Whole("num_attention_heads");
        keyHeads = Whole("num_key_value_heads");
        inner = Whole("intermediate_size");
        vocabulary = Whole("vocab_size");
        head = config.TryGetProperty("head_dim", out var width) ? width.GetInt32() : hidden / heads;
        epsilon = config.GetProperty("rms_norm_eps").GetDouble();
        theta = config.GetProperty("rope_theta").GetDouble();
        rotary = config.TryGetProperty("partial_rotary_factor", out var part) ? (int)(head * part.GetDouble()) : head;
        window =
            config.TryGetProperty("sliding_window", out var wide) && wide.ValueKind == JsonValueKind.Number
                ? wide.GetInt32()
                : null;
        tied = config.GetProperty("tie_word_embeddings").GetBoolean();

        int Whole(string key) => config.GetProperty(key).GetInt32();
    }

    /// <summary>All tensors by name, to look at and to change.</summary>
    public IReadOnlyDictionary<string, double[]> Weights => weights;

    /// <summary>Names and shapes of the tensors, as transformers saves them.</summary>
    public IEnumerable<(string Name, long[] Shape)> Tensors()
    {
        int width = heads * head,
            keyWidth = keyHeads * head;
        yield return ("model.embed_tokens.weight", [vocabulary, hidden]);
        for (var layer = 0; layer < layers; layer++)
        {
            var name = "model.layers." + layer.ToString(CultureInfo.InvariantCulture);
            yield return (name + ".input_layernorm.weight", [hidden]);
            yield return (name + ".self_attn.qkv_proj.weight", [width + 2 * keyWidth, hidden]);
            yield return (name + ".self_attn.o_proj.weight", [hidden, width]);
            yield return (name + ".post_attention_layernorm.weight", [hidden]);
            yield return (name + ".mlp.gate_up_proj.weight", [2 * inner, hidden]);
            yield return (name + ".mlp.down_proj.weight", [hidden, inner]);
        }
        yield return ("model.norm.weight", [hidden]);
        if (!tied)
            yield return ("lm_head.weight", [vocabulary, hidden]);
    }

    /// <summary>
    /// Writes a folder of a config with large random weights and norms, and gives the model of it.
    /// </summary>
    public static PlainPhi3 Make(string folder, string config, int seed)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), config);
        using var document = JsonDocument.Parse(config);
        var model = new PlainPhi3(document.RootElement);
        var random = new Random(seed);
        foreach (var (name, shape) in model.Tensors())
        {
            var norm = name.Contains("norm", StringComparison.Ordinal);
            var values = new double[shape.Aggregate(1L, (product, dimension) => product * dimension)];
            for (var i = 0; i < values.Length; i++)
                values[i] = (float)((norm ? 1 : 0) + (norm ? .3 : .25) * Normal(random));
            model.weights[name] = values;
        }
        using var scope = torch.NewDisposeScope();
        CheckpointWriter.Write(
            folder,
            model.Tensors().Select(one => TensorSource.Of(one.Name, model.Tensor(one.Name, one.Shape)))
        );
        return model;
    }

    /// <summary>A tensor as it is written: fp32.</summary>
    public torch.Tensor Tensor(string name, long[] shape) =>
        torch.tensor(weights[name].Select(value => (float)value).ToArray(), shape);

    /// <summary>
    /// Hidden states of a row of ids: embedding, after each layer, and last after the final norm. // [layers + 2][T][H]
    /// </summary>
    public double[][][] Hidden(int[] ids)
    {
        var embedding = weights["model.embed_tokens.weight"];
        var x = ids.Select(id => embedding[(id * hidden)..((id + 1) * hidden)]).ToArray();
        var all = new List<double[][]> { x };
        for (var layer = 0; layer < layers; layer++)
            all.Add(x = Layer(x, "model.layers." + layer.ToString(CultureInfo.InvariantCulture)));
        all.Add([.. x.Select(row => Norm(row, "model.norm"))]);
        return [.. all];
    }

    /// <summary>Scores of the next token. // [T][V]</summary>
    public double[][] Logits(double[][] states) =>
        [
            .. states.Select(row =>
                Product(weights[tied ? "model.embed_tokens.weight" : "lm_head.weight"], row, 0, vocabulary)
            ),
        ];

    private double[][] Layer(double[][] x, string name)
    {
        int width = heads * head,
            keyWidth = keyHeads * head,
            count = x.Length;
        var fused = weights[name + ".self_attn.qkv_proj.weight"];
        var output = weights[name + ".self_attn.o_proj.weight"];
        double[][] queries = new double[count][],
            keys = new double[count][],
            values = new double[count][],
            result = new double[count][];
        for (var t = 0; t < count; t++)
        {
            var normed = Norm(x[t], name + ".input_layernorm");
            queries[t] = Turn(Product(fused, normed, 0, width), t);
            keys[t] = Turn(Product(fused, normed, width, keyWidth), t);
            values[t] = Product(fused, normed, width + keyWidth, keyWidth);
        }
        for (var t = 0; t < count; t++)
        {
            var attended = new double[width];
            for (var h = 0; h < heads; h++)
            {
                int query = h * head,
                    key = h / (heads / keyHeads) * head;
                var first = window is { } wide ? Math.Max(0, t - wide + 1) : 0;
                var scores = new double[t - first + 1];
                for (var s = first; s <= t; s++)
                {
                    for (var d = 0; d < head; d++)
                        scores[s - first] += queries[t][query + d] * keys[s][key + d];
                    scores[s - first] /= Math.Sqrt(head);
                }
                var most = scores.Max();
                var total = scores.Sum(score => Math.Exp(score - most));
                for (var s = first; s <= t; s++)
                for (var d = 0; d < head; d++)
                    attended[query + d] += Math.Exp(scores[s - first] - most) / total * values[s][key + d];
            }
            var between = Add(x[t], Product(output, attended, 0, hidden));
            var gateUp = Product(
                weights[name + ".mlp.gate_up_proj.weight"],
                Norm(between, name + ".post_attention_layernorm"),
                0,
                2 * inner
            );
            var activated = new double[inner];
            for (var i = 0; i < inner; i++)
                activated[i] = gateUp[inner + i] * gateUp[i] / (1 + Math.Exp(-gateUp[i]));
            result[t] = Add(between, Product(weights[name + ".mlp.down_proj.weight"], activated, 0, hidden));
        }
        return result;
    }

    // the first rotary dimensions of each head turn, half with half; the rest stay
    private double[] Turn(double[] row, int position)
    {
        var turned = (double[])row.Clone();
        for (var start = 0; start < row.Length; start += head)
        for (var j = 0; j < rotary / 2; j++)
        {
            var angle = position * Math.Pow(theta, -2.0 * j / rotary);
            double first = row[start + j],
                second = row[start + rotary / 2 + j];
            turned[start + j] = first * Math.Cos(angle) - second * Math.Sin(angle);
            turned[start + rotary / 2 + j] = second * Math.Cos(angle) + first * Math.Sin(angle);
        }
        return turned;
    }

    private double[] Norm(double[] row, string name)
    {
        var weight = weights[name + ".weight"];
        var root = Math.Sqrt(row.Sum(value => value * value) / row.Length + epsilon);
        return [.. row.Select((value, i) => value / root * weight[i])];
    }

    // rows of a matrix times a vector
    private static double[] Product(double[] matrix, double[] vector, int firstRow, int rows)
    {
        var result = new double[rows];
        for (var row = 0; row < rows; row++)
        for (var i = 0; i < vector.Length; i++)
            result[row] += matrix[(firstRow + row) * vector.Length + i] * vector[i];
        return result;
    }

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (left, right) => left + right)];

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
