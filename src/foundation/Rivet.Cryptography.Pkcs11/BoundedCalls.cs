using System.Collections.Concurrent;

namespace Rivet.Cryptography.Pkcs11;

/// <summary>
/// Lets callers wait for the module no longer than a budget. A call that does not return keeps its thread, since nothing can end it, and while there is
/// such a one no other call is tried: so there are never more stuck threads than calls at once.
/// </summary>
internal sealed class BoundedCalls(int most)
{
    [ThreadStatic]
    private static bool isInside;

    /// <summary>A module in software answers in tens of microseconds: to sleep and be woken for that would cost as much again.</summary>
    private const int Spins = 100;

    private readonly ConcurrentBag<Worker> idle = [];
    private readonly SemaphoreSlim turns = new(most);
    private int stuck;

    /// <summary>Threads that wait for calls nobody waits for any more.</summary>
    public int Stuck => Volatile.Read(ref stuck);

    /// <summary>Whether the call ended within the budget; its exception is thrown here. Within a call, calls are just made.</summary>
    public bool TryRun<T>(TimeSpan budget, Func<T> call, out T result)
    {
        if (isInside)
        {
            result = call();
            return true;
        }

        result = default!;
        if (Stuck > 0 || !turns.Wait(budget))
        {
            return false;
        }

        var work = new Work<T>(call, this);
        (idle.TryTake(out var worker) ? worker : new Worker(this)).Take(work);
        if (!work.Wait(budget))
        {
            return false;
        }

        result = work.Result();
        return true;
    }

    private abstract class Work
    {
        /// <param name="free">Says that the thread is free again.</param>
        public abstract void Run(Action free);
    }

    private sealed class Work<T>(Func<T> call, BoundedCalls calls) : Work
    {
        private const int Running = 0;
        private const int Ended = 1;
        private const int Left = 2;
        private readonly ManualResetEventSlim ended = new(initialState: false, Spins);
        private int state = Running;
        private T? result;
        private Exception? failure;

        public override void Run(Action free)
        {
            try
            {
                result = call();
            }
            catch (Exception thrown)
            {
                failure = thrown;
            }

            if (Interlocked.CompareExchange(ref state, Ended, Running) == Left)
            {
                // Nobody waits for it: what it gave is not kept.
                if (result is byte[] bytes)
                {
                    Array.Clear(bytes);
                }

                Interlocked.Decrement(ref calls.stuck);
            }

            free();
            calls.turns.Release();
            ended.Set();
        }

        /// <summary>Counted as stuck before it is left, so that no moment is without the count.</summary>
        public bool Wait(TimeSpan budget)
        {
            if (ended.Wait(budget))
            {
                return true;
            }

            Interlocked.Increment(ref calls.stuck);
            if (Interlocked.CompareExchange(ref state, Left, Running) == Running)
            {
                return false;
            }

            Interlocked.Decrement(ref calls.stuck);
            ended.Wait();
            return true;
        }

        public T Result()
        {
            if (failure is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
            }

            return result!;
        }
    }

    /// <summary>A thread that does one piece of work after another. There are as many as there were calls at once.</summary>
    private sealed class Worker
    {
        private readonly ManualResetEventSlim given = new(initialState: false, Spins);
        private Work? next;

        public Worker(BoundedCalls calls)
        {
            new Thread(() =>
            {
                isInside = true;
                while (true)
                {
                    given.Wait();
                    given.Reset();
                    var work = next!;
                    next = null;

                    // Idle again before anybody hears of it: the next call finds this thread, not a new one.
                    work.Run(() => calls.idle.Add(this));
                }
            }) { IsBackground = true, Name = "key module" }.Start();
        }

        public void Take(Work work)
        {
            next = work;
            given.Set();
        }
    }
}
