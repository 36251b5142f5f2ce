using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Rivet.Transparency;

/// <summary>Names a tile or a bundle of entries (C2SP tlog-tiles): up to 256 hashes that stand side by side on one level, or the entries below them.</summary>
/// <param name="Level">Of the hashes, in steps of 8 levels of the tree, 0–63; <see cref="Entries"/> for a bundle.</param>
/// <param name="Index">Which of its level, from 0.</param>
/// <param name="Width">How many it holds, 1–256; below 256 it is partial.</param>
public readonly record struct TilePath(int Level, long Index, int Width)
{
    /// <summary>Levels of the tree in a tile.</summary>
    public const int Height = 8;

    /// <summary>Hashes of a full tile, entries of a full bundle.</summary>
    public const int FullWidth = 1 << Height;

    /// <summary>The level of bundles.</summary>
    public const int Entries = -1;

    /// <summary>The tiles and bundles that a tree of one size has on a level.</summary>
    public static IEnumerable<TilePath> Of(int level, long size)
    {
        var hashes = level <= 0 ? size : level * Height >= 63 ? 0 : size >> (level * Height);
        for (long index = 0; index < hashes >> Height; index++)
        {
            yield return new TilePath(level, index, FullWidth);
        }

        if ((hashes & (FullWidth - 1)) is not 0 and var rest)
        {
            yield return new TilePath(level, hashes >> Height, (int)rest);
        }
    }

    /// <summary>Reads <c>tile/…</c>; refuses whatever is not written exactly as the format wants it.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out TilePath path)
    {
        path = default;
        if (text is null || text.Length > 64 || text.Split('/') is not ["tile", var level, .. { Length: > 0 } rest])
        {
            return false;
        }

        var width = FullWidth;
        if (rest is [.. var before, var last] && before.Length > 0 && before[^1].EndsWith(".p", StringComparison.Ordinal))
        {
            if (!int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out width) || width is < 1 or >= FullWidth)
            {
                return false;
            }

            rest = [.. before[..^1], before[^1][..^2]];
        }

        if (!TryParseIndex(rest, out var index) || !TryParseLevel(level, out var number))
        {
            return false;
        }

        path = new TilePath(number, index, width);
        return path.ToString() == text;
    }

    /// <summary>As in an address: <c>tile/0/x001/x234/067.p/12</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("tile/");
        text.Append(Level == Entries ? "entries" : Level.ToString(CultureInfo.InvariantCulture)).Append('/');
        var groups = 1;
        for (var rest = Index; rest >= 1000; rest /= 1000)
        {
            groups++;
        }

        for (var group = groups - 1; group >= 0; group--)
        {
            var digits = Index / (long)BigInteger.Pow(1000, group) % 1000;
            text.Append(group == 0 ? "" : "x").Append(digits.ToString("000", CultureInfo.InvariantCulture)).Append(group == 0 ? "" : "/");
        }

        return Width == FullWidth ? text.ToString() : text.Append(".p/").Append(Width.ToString(CultureInfo.InvariantCulture)).ToString();
    }

    private static bool TryParseLevel(string text, out int level)
    {
        level = Entries;
        return text == "entries" || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out level) && level <= 63);
    }

    private static bool TryParseIndex(string[] groups, out long index)
    {
        index = 0;
        if (groups.Length > 6)
        {
            return false;
        }

        for (var at = 0; at < groups.Length; at++)
        {
            var digits = at < groups.Length - 1 && groups[at].StartsWith('x') ? groups[at][1..] : groups[at];
            if (digits.Length != 3 || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var group))
            {
                return false;
            }

            index = (index * 1000) + group;
        }

        return true;
    }
}
