using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// Domain-specific preference: <c>{query, responses{domain: text}}</c>. Each domain is a source that prefers its own
/// response to all others and says nothing about those: n comparisons of n responses.
/// </summary>
internal sealed class DomainSpecificReader : IRecordReader
{
    public bool Recognises(RecordFields record) =>
        record.Has("query") && record.Peek("responses") is { ValueKind: JsonValueKind.Object };

    public void Read(RecordFields record, RecordContext context)
    {
        var field = record.Object("responses");
        if (field.Kind != JsonValueKind.Object)
            throw new RecordException(
                $"\"responses\" is {JsonFields.Kind(field.Element)}; an object of a text per domain was expected."
            );
        var domains = field.Element.EnumerateObject().Select(JsonText.NameOf).ToArray();
        if (domains.Length < 2)
            throw new RecordException($"{domains.Length} responses; at least two domains were expected.");
        if (domains.Distinct(StringComparer.Ordinal).Count() != domains.Length)
            throw new RecordException("a domain that occurs twice; one response per domain was expected.");
        var responses = domains.Select(domain => Response.FromAssistant(field.Text(domain))).ToArray();
        Message[] prompt = [new(Roles.User, record.Text("query"))];
        for (var own = 0; own < domains.Length; own++)
            context.AddMessages(
                prompt,
                responses,
                [.. domains.Select((_, at) => at == own ? 1.0 : 0.0)],
                carried: domains[own]
            );
    }
}
