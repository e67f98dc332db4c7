namespace Concord.Preferences.Readers;

/// <summary>
/// Public formats that hold no comparisons Concord could learn from, or not in one file: told apart by name, so that
/// nobody wonders why.
/// </summary>
internal static class RefusedFormats
{
    private static readonly (Func<RecordFields, bool> Recognises, string Reason)[] All =
    [
        (
            record => record.Has("label") && (record.Has("messages") || record.Has("prompt", "completion")),
            "holds unpaired judgements (KTO: one answer and a label). A reward model is trained on answers compared "
                + "to one prompt: use the paired form of the data set"
        ),
        (
            record => record.Has("info", "summary"),
            "holds axis ratings of single summaries (Summarize from feedback, axis_evals). "
                + "Use the comparisons of the same publisher, which have \"summaries\" and \"choice\""
        ),
        (
            record => record.Has("result_x", "result_y"),
            "holds the texts of LLMFAO without the votes, which lie in a CSV file beside. "
                + "Join them to {\"prompt\", \"responses\": [..], \"scores\": [..], \"annotator\"} lines"
        ),
        (
            record => record.Has("chosen_reward") && (record.Has("reject_reward") || record.Has("rejected_reward")),
            "holds rewards without texts. To measure them use: concord evaluate --scores FILE, with lines "
                + "{\"chosen_reward\", \"rejected_reward\"}"
        ),
        (
            record => record.Has("rewards", "scores"),
            "holds rewards without texts. To measure them use: concord evaluate --scores FILE"
        ),
        (
            record => record.Has("chosen_instruction", "rejected_instruction"),
            "holds whole prompts for a judge (HHH alignment as Prometheus wraps it), not answers. Use the original "
                + "HHH set"
        ),
        (
            record => record.Has("left", "right", "winner"),
            "holds the votes of LLMFAO without the texts, which lie in a file of JSON lines beside. "
                + "Join them to {\"prompt\", \"responses\": [..], \"scores\": [..], \"annotator\"} lines"
        ),
        (
            record => record.Has("prompt", "response", "helpfulness", "correctness"),
            "holds ratings of single responses (HelpSteer). Group the responses of a prompt to "
                + "{\"prompt\", \"responses\": [..], \"scores\": [..]} lines, one file for each attribute"
        ),
    ];

    /// <summary>Why a record's format is refused, or null.</summary>
    public static string? Reason(RecordFields record)
    {
        foreach (var (recognises, reason) in All)
            if (recognises(record))
                return reason;
        return null;
    }
}
