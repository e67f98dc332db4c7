namespace Concord.Tests.Pages;

/// <summary>One command line of <c>concord</c> as a page shows it.</summary>
/// <param name="Page">The page, relative to the repository.</param>
/// <param name="Line">Its line there.</param>
/// <param name="Arguments">What follows <c>concord</c>.</param>
/// <param name="Output">What the page shows as printed by it; empty where it shows nothing.</param>
internal sealed record PageCommand(string Page, int Line, string[] Arguments, string[] Output)
{
    /// <summary>As it would be typed.</summary>
    public string Text => $"concord {string.Join(' ', Arguments)}";

    /// <summary>Where it stands, for messages.</summary>
    public string Place => $"{Page}, line {Line}: {Text}";
}
