namespace Concord.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCodes
{
    /// <summary>All that was asked for was done.</summary>
    public const int Done = 0;

    /// <summary>
    /// The command was understood but failed, in whole or in part; a sentence on standard error says why.
    /// </summary>
    public const int Failed = 1;

    /// <summary>The command line was not understood.</summary>
    public const int Usage = 2;

    /// <summary>Stopped by Ctrl-C (or a request to terminate).</summary>
    public const int Interrupted = 130;
}
