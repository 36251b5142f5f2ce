using System.Diagnostics;
using Rivet.Fuzz.Tests.Targets;

namespace Rivet.Fuzz.Tests.Fuzzing;

/// <summary>The long run over instrumented code: keeps what reaches new edges, stops at the first broken promise.</summary>
internal sealed class Hunt(Coverage coverage, string crashes, int seed)
{
    /// <summary>False when something was found.</summary>
    public bool Run(Target target, TimeSpan time)
    {
        var corpus = new List<byte[]>();
        var (clock, said, runs) = (Stopwatch.StartNew(), TimeSpan.Zero, 0L);
        // An input that hangs is written here.
        var current = Path.Combine(crashes, $"{target.Name}-hangs.hex");
        using var watch = new Watch(current);
        foreach (var bytes in Inputs.Files(target).Select(Inputs.Read))
        {
            if (!Try(target, bytes, watch))
            {
                return false;
            }

            corpus.Add(bytes);
        }

        var (mutator, before) = (new Mutator(seed), coverage.Edges);
        for (; clock.Elapsed < time; runs++)
        {
            var bytes = mutator.Next(corpus);
            if (!Try(target, bytes, watch))
            {
                return false;
            }

            if (coverage.IsNew())
            {
                corpus.Add(bytes);
            }

            if (clock.Elapsed - said > TimeSpan.FromSeconds(5))
            {
                said = clock.Elapsed;
                Say();
            }
        }

        Say();
        return true;

        void Say() => Console.WriteLine(
            $"{target.Name,-9} {clock.Elapsed.TotalSeconds,5:F0} s  {runs / clock.Elapsed.TotalSeconds,8:F0} runs/s  "
            + $"corpus {corpus.Count,4}  edges {coverage.Edges,5} (+{coverage.Edges - before})");
    }

    private bool Try(Target target, byte[] bytes, Watch watch)
    {
        coverage.Begin();
        watch.Begin(bytes);
        try
        {
            target.Run(bytes);
            return true;
        }
        catch (Exception broken)
        {
            var file = Path.Combine(crashes, $"{target.Name}-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))[..12]}.hex");
            Inputs.Write(file, bytes);
            Console.WriteLine($"FOUND in {target.Name}: {broken}");
            Console.WriteLine($"Its input: {file}");
            Console.WriteLine($"Once more: ./rivet fuzz lws --target {target.Name} --input {file}");
            return false;
        }
        finally
        {
            watch.End();
        }
    }

    /// <summary>Ends the process when one input takes longer than ten seconds, and says which.</summary>
    private sealed class Watch : IDisposable
    {
        private readonly Timer timer;
        private readonly string file;
        private byte[]? running;
        private byte[]? before;

        public Watch(string file)
        {
            this.file = file;
            timer = new Timer(_ => Look(), null, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));
        }

        public void Begin(byte[] bytes) => running = bytes;

        public void End() => running = null;

        public void Dispose() => timer.Dispose();

        private void Look()
        {
            var now = running;
            if (now is not null && ReferenceEquals(now, before))
            {
                Inputs.Write(file, now);
                Console.WriteLine($"FOUND: it hangs. Its input: {file}");
                Environment.Exit(1);
            }

            before = now;
        }
    }
}
