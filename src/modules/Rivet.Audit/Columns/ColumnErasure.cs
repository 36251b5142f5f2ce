namespace Rivet.Audit.Columns;

/// <summary>Takes erased people out of a block: their numbers, and through what they did what they did.</summary>
internal static class ColumnErasure
{
    /// <summary>True when the block named one of them; it then has the parts that changed, and only those of the sealed ones.</summary>
    public static bool TryErase(ColumnBlock block, IReadOnlyList<uint> erased)
    {
        if (block[ColumnPart.Values] is not { } bytes || ColumnValues.Read(bytes) is not { } values || !values.People.Any(erased.Contains))
        {
            return false;
        }

        var rows = ColumnHead.Read(block[ColumnPart.Head]!.Value).Rows;
        EraseWays(block, rows, values, erased);
        block[ColumnPart.Values] = (values with { People = Array.ConvertAll(values.People, number => erased.Contains(number) ? 0 : number) }).ToBytes();
        return true;
    }

    private static void EraseWays(ColumnBlock block, int rows, ColumnValues values, IReadOnlyList<uint> erased)
    {
        var actors = new Packed(block[ColumnPart.Actor]!.Value.Span, rows, values.People.Length);
        var ways = new Packed(block[ColumnPart.Via]!.Value.Span, rows, values.Marks.Length);
        var (kept, left) = (new int[rows], new HashSet<int>());
        for (var row = 0; row < rows; row++)
        {
            kept[row] = erased.Contains(values.People[actors[row]]) ? 0 : ways[row];
            left.Add(kept[row]);
        }

        for (var row = 0; row < rows; row++)
        {
            if (!left.Contains(ways[row]))
            {
                values.Marks[ways[row]] = 0;
            }
        }

        block[ColumnPart.Via] = Packed.Of(kept, values.Marks.Length);
    }
}
