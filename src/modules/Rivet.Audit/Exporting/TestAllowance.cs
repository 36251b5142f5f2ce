using Rivet.Kernel;

namespace Rivet.Audit.Exporting;

/// <summary>Tests leave at once: at most five in a minute for a company, so that they serve nobody to knock on doors.</summary>
internal sealed class TestAllowance(TimeProvider time)
{
    private const int AtMost = 5;
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(1);
    private readonly Lock gate = new();
    private readonly Dictionary<CompanyId, Queue<DateTimeOffset>> taken = [];

    public bool TryTake(CompanyId company)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            foreach (var (known, past) in taken)
            {
                while (past.TryPeek(out var first) && now - first >= Span)
                {
                    past.Dequeue();
                }

                if (past.Count == 0)
                {
                    taken.Remove(known);
                }
            }

            if (!taken.TryGetValue(company, out var times))
            {
                taken.Add(company, times = new Queue<DateTimeOffset>());
            }

            if (times.Count >= AtMost)
            {
                return false;
            }

            times.Enqueue(now);
            return true;
        }
    }
}
