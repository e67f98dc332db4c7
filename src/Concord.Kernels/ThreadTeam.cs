using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Concord.Kernels;

/// <summary>
/// libtorch's own threads, for kernels written here. One pool serves tensor operations, matrix products and kernels: a
/// second one would find the cores taken by the first one's threads, which spin for a while after every operation.
/// </summary>
/// <remarks>
/// How work is split never decides a result: a part writes only its own outputs, and sums over parts are taken
/// afterwards in the order of the parts.
/// </remarks>
public static unsafe class ThreadTeam
{
    private static readonly delegate* unmanaged<
        long,
        long,
        long,
        delegate* unmanaged<long, long, IntPtr, void>,
        IntPtr,
        int> ParallelFor = (delegate* unmanaged<
        long,
        long,
        long,
        delegate* unmanaged<long, long, IntPtr, void>,
        IntPtr,
        int>)
        NativeExports.Find("torch_parallel_for");

    private static readonly delegate* unmanaged<uint*, int> NumberOfThreads = (delegate* unmanaged<uint*, int>)
        NativeExports.Find("torch_get_num_threads");

    /// <summary>
    /// Number of threads, the caller's included: as set by <c>torch.set_num_threads</c>, or the processors where there
    /// is no libtorch.
    /// </summary>
    public static int Size
    {
        get
        {
            uint threads;
            return NumberOfThreads is not null && NumberOfThreads(&threads) == 0
                ? (int)threads
                : Environment.ProcessorCount;
        }
    }

    /// <summary>
    /// Calls <paramref name="work"/> for ranges [from, to) that cover 0..<paramref name="count"/> once, one range per
    /// thread and none smaller than <paramref name="grain"/> where there are several.
    /// </summary>
    /// <exception cref="Exception">What <paramref name="work"/> threw first; the other threads finish their
    /// ranges.</exception>
    public static void Ranges(int count, int grain, Action<int, int> work)
    {
        if (count <= 0)
            return;
        var parts = Math.Clamp(count / Math.Max(grain, 1), 1, Size);
        if (parts == 1)
            work(0, count);
        else
            Run(parts, part => work((int)((long)count * part / parts), (int)((long)count * (part + 1) / parts)));
    }

    /// <summary>
    /// Calls <paramref name="work"/> once for each of 0..<paramref name="count"/>, a free thread taking the next in
    /// order. For tasks of unequal length: put the long ones first.
    /// </summary>
    /// <exception cref="Exception">What <paramref name="work"/> threw first.</exception>
    public static void Tasks(int count, Action<int> work)
    {
        if (count <= 0)
            return;
        var parts = Math.Min(count, Size);
        var next = -1;
        void Take(int part)
        {
            for (int task; (task = Interlocked.Increment(ref next)) < count; )
                work(task);
        }

        if (parts == 1)
            Take(0);
        else
            Run(parts, Take);
    }

    private static void Run(int parts, Action<int> work)
    {
        var job = new Job(work);
        if (ParallelFor is null)
        {
            Parallel.For(0, parts, part => job.Do(part, part + 1));
            job.ThrowFailure();
            return;
        }
        var handle = GCHandle.Alloc(job);
        try
        {
            var error = ParallelFor(0, parts, 1, &OnThread, GCHandle.ToIntPtr(handle));
            if (error != 0)
                throw new InvalidOperationException($"libtorch's torch_parallel_for failed with code {error}.");
        }
        finally
        {
            handle.Free();
        }
        job.ThrowFailure();
    }

    [UnmanagedCallersOnly]
    private static void OnThread(long from, long to, IntPtr context) =>
        ((Job)GCHandle.FromIntPtr(context).Target!).Do(from, to);

    private sealed class Job(Action<int> work)
    {
        private Exception? failure;

        /// <summary>Does some parts; what they throw is kept: nothing may unwind through libtorch's frames.</summary>
        public void Do(long from, long to)
        {
#pragma warning disable CA1031 // the caller throws it again
            try
            {
                for (var part = from; part < to; part++)
                    work((int)part);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref failure, exception, null);
            }
#pragma warning restore CA1031
        }

        /// <summary>Throws what the first part that failed threw.</summary>
        public void ThrowFailure()
        {
            if (failure is not null)
                ExceptionDispatchInfo.Throw(failure);
        }
    }
}
