namespace Concord.Preferences;

/// <summary>One turn of a dialogue.</summary>
/// <param name="Role">Who speaks: <c>system</c>, <c>user</c> or <c>assistant</c> (<see cref="Roles"/>).</param>
/// <param name="Content">What is said, without any markup of a template.</param>
public sealed record Message(string Role, string Content);
