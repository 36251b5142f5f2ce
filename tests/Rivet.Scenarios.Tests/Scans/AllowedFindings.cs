using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Scans;

/// <summary>
/// <c>allowed.txt</c>: what scanners report of the server's port and a reviewer has judged, with the reason. A finding that
/// is not there fails the test.
/// </summary>
internal static class AllowedFindings
{
    /// <summary>What one scanner may report, with the reason for each.</summary>
    public static IReadOnlyDictionary<string, string> Of(string scanner) => Lines
        .Where(line => line.Scanner == scanner)
        .ToDictionary(line => line.Finding, line => line.Reason, StringComparer.Ordinal);

    private static IEnumerable<(string Scanner, string Finding, string Reason)> Lines
    {
        get
        {
            var path = Path.Combine(Fixtures.RepositoryRoot(), "tests", "Rivet.Scenarios.Tests", "Scans", "allowed.txt");
            foreach (var line in File.ReadLines(path).Where(line => line.Length > 0 && !line.StartsWith('#')))
            {
                var parts = line.Split('|', StringSplitOptions.TrimEntries);
                Assert.True(parts.Length == 3 && parts.All(part => part.Length > 0), $"allowed.txt wants SCANNER | FINDING | REASON, not: {line}");
                yield return (parts[0], parts[1], parts[2]);
            }
        }
    }
}
