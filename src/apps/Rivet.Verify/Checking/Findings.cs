using System.Globalization;

namespace Rivet.Verify;

/// <summary>All that is found, in the order of finding. Of each kind so many are kept and the rest counted: a hostile log has no end of them.</summary>
internal sealed class Findings
{
    public const int MostKept = 50;

    private readonly List<Finding> kept = [];
    private readonly long[] counts = new long[Enum.GetValues<FindingKind>().Length];

    public IReadOnlyList<Finding> Kept => kept;

    public long Count => counts.Sum();

    public bool HasFault => kept.Exists(finding => finding.IsFault);

    public void Add(FindingKind kind, string place, string key, params object[] values)
    {
        if (counts[(int)kind]++ < MostKept)
        {
            kept.Add(new Finding(kind, place, Words.Of(key, values)));
        }
    }

    /// <summary>An entry by its number, the same in all languages.</summary>
    public static string Entry(long index) => string.Create(CultureInfo.InvariantCulture, $"entry {index}");

    /// <summary>A file without its bytes.</summary>
    public void Add(FindingKind problem, string file)
        => Add(problem, file, problem is FindingKind.Missing ? "file.missing" : "file.unreadable", file);
}
