using System.Text.Json;
using System.Text.Json.Serialization;
using Rivet.Kernel;

namespace Rivet.Audit.Boards;

/// <summary>A company's dashboard over its log.</summary>
/// <param name="Tiles">In their order.</param>
/// <param name="IsBuiltIn">Whether nobody changed it.</param>
internal sealed record Board(IReadOnlyList<Tile> Tiles, bool IsBuiltIn = false)
{
    /// <summary>Most tiles.</summary>
    public const int Most = 24;

    /// <summary>What every company begins with.</summary>
    public static Board BuiltIn { get; } = new(
        [
            new() { Id = "events", Shape = TileShape.Number },
            new() { Id = "refused", Shape = TileShape.Number, Query = "outcome:failure" },
            new() { Id = "grave", Shape = TileShape.Number, Query = "severity:4" },
            new() { Id = "log", Shape = TileShape.Number, Query = "kind:audit.event.unreadable kind:audit.witness.disagrees kind:audit.clock.off" },
            new()
            {
                Id = "sign-ins", Shape = TileShape.Columns, By = AuditDimension.Outcome,
                Query = "kind:identity.device.signed-in kind:identity.device.refused kind:identity.page.opened kind:identity.page.refused",
            },
            new() { Id = "grave-weeks", Shape = TileShape.Columns, By = AuditDimension.Severity, Per = AuditSpan.Week, Query = "severity:3" },
            new() { Id = "refusals", Shape = TileShape.Bars, By = AuditDimension.Kind, Query = "outcome:failure" },
            new() { Id = "people", Shape = TileShape.Bars, By = AuditDimension.Person },
            new() { Id = "devices", Shape = TileShape.Bars, By = AuditDimension.Kind, Query = "kind:identity.device.enrolled kind:identity.device.signed-out kind:identity.device.refused" },
            new()
            {
                Id = "keys", Shape = TileShape.Bars, By = AuditDimension.Kind,
                Query = "kind:vault.key.destroyed kind:vault.signing-key.made kind:vault.root.adopted kind:vault.root.split kind:vault.root.recovered kind:messaging.month.destroyed",
            },
        ],
        IsBuiltIn: true);

    /// <summary>What is sealed.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes([.. Tiles], BoardJson.Default.TileArray);

    /// <summary>Reads it; null for anything that could not have been kept.</summary>
    public static Board? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, BoardJson.Default.TileArray) is { Length: <= Most } tiles && tiles.All(tile => tile is not null && tile.IsSound())
                && tiles.DistinctBy(tile => tile.Id).Count() == tiles.Length
                ? new Board(tiles) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What the sealed bytes are bound to.</summary>
    public static byte[] Context(CompanyId company) => [.. "rivet audit board 1"u8, .. company.ToBytes()];
}

/// <summary>A board as bytes: its tiles, enumerations by number.</summary>
[JsonSerializable(typeof(Tile[]))]
internal sealed partial class BoardJson : JsonSerializerContext;
