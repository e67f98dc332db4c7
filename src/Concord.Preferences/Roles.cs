namespace Concord.Preferences;

/// <summary>The roles a <see cref="Message"/> can have.</summary>
public static class Roles
{
    /// <summary>Instructions to the assistant that come before the dialogue.</summary>
    public const string System = "system";

    /// <summary>The person.</summary>
    public const string User = "user";

    /// <summary>The model.</summary>
    public const string Assistant = "assistant";

    /// <summary>What a tool answered to a call.</summary>
    public const string Tool = "tool";

    /// <summary>Instructions as newer models name them; where a form has no such role, a system message.</summary>
    public const string Developer = "developer";
}
