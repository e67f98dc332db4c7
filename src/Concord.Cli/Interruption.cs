using System.Runtime.InteropServices;

namespace Concord.Cli;

/// <summary>
/// Turns the first Ctrl-C (or SIGTERM) into a cancelled token, so that long work can write a checkpoint; the second
/// ends the process at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly Action<int> exit;
    private int received;

    /// <summary>An interruption that listens to nothing yet.</summary>
    /// <param name="exit">Ends the process with an exit code; replaced in tests.</param>
    public Interruption(Action<int> exit) => this.exit = exit;

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>Listens to the signals of this process.</summary>
    public static Interruption Listen()
    {
        var interruption = new Interruption(Environment.Exit);
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM })
            interruption.registrations.Add(
                PosixSignalRegistration.Create(
                    signal,
                    context =>
                    {
                        context.Cancel = true;
                        interruption.Receive();
                    }
                )
            );
        return interruption;
    }

    /// <summary>Takes one signal.</summary>
    public void Receive()
    {
        if (Interlocked.Increment(ref received) == 1)
            source.Cancel();
        else
            exit(ExitCodes.Interrupted);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
        source.Dispose();
    }
}
