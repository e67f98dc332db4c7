namespace Concord.Cli;

/// <summary>A command line that parses but asks for something that cannot be: exit code 2. The message is a sentence
/// saying what is wrong and what to write instead.</summary>
internal sealed class UsageException(string message) : Exception(message);
