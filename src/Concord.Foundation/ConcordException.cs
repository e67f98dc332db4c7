namespace Concord;

/// <summary>An error a user can cause and mend.</summary>
/// <param name="message">A sentence that names the file, line or tensor, what was expected and what to do; it is shown
/// as it stands.</param>
/// <param name="inner">What led to it, where there is more to know.</param>
public class ConcordException(string message, Exception? inner = null) : Exception(message, inner);
