using System.Text.Json.Serialization;
using Concord.Cli.Quickstart;

namespace Concord.Cli.Commands;

/// <summary>How results are written for machines: <c>--json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ModelInfoResult))]
[JsonSerializable(typeof(QuickstartResult))]
internal sealed partial class ResultJson : JsonSerializerContext;
