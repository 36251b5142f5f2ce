namespace Rivet.Bench;

/// <summary>Medians of rounds, and ratios of the rounds that ran beside each other.</summary>
internal static class Statistics
{
    public static Figure Ratio<T>(
        string metric, string unit, List<T> ours, List<T> theirs, Func<T, double> value, string against, string wanted)
        => new(
            metric,
            Median(ours.Select(value)),
            unit,
            Median(ours.Zip(theirs, (mine, peer) => value(mine) / value(peer))),
            $"{against}, {Median(theirs.Select(value)):N1}",
            wanted);

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    /// <summary>Of times in ascending order.</summary>
    public static double Percentile(double[] sorted, double part) => sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * part))];
}
