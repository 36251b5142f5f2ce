using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Rivet.Audit.Aside;
using Rivet.Audit.Entries;
using Rivet.Audit.Keys;
using Rivet.Audit.Receipts;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transparency;

namespace Rivet.Audit.Serving;

/// <summary>A log's files over HTTPS, as docs/protocol/audit-log.md says: checkpoints for everybody, tiles and entries for its company's readers.</summary>
internal sealed class AuditFiles(IStore store, IAuditLog logs, ReceiptMaker receipts, AuditReaders readers)
{
    private const string Bearer = "Bearer ";
    private const string Receipts = "receipts/";
    private const int LongestToken = 128;
    private const string ForEver = "private, max-age=31536000, immutable";

    public async Task<IResult> ReadAsync(string log, string path, HttpContext context, CancellationToken ct)
    {
        if (CompanyOf(log) is not { } company)
        {
            return Results.NotFound();
        }

        try
        {
            return path.StartsWith("tile/", StringComparison.Ordinal) || path is "standing" || path.StartsWith(Receipts, StringComparison.Ordinal)
                ? await ForReaderAsync(company, path, context, ct)
                : await PublicAsync(company, path, context, ct);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or LogUnavailableException)
        {
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    }

    private async ValueTask<IResult> PublicAsync(CompanyId company, string path, HttpContext context, CancellationToken ct)
    {
        context.Response.Headers.CacheControl = "no-cache";
        if (path is "key" or "checkpoint")
        {
            return !(await logs.ReadHeadAsync(company, ct)).TryGet(out var head, out _) ? Results.StatusCode(StatusCodes.Status503ServiceUnavailable)
                : head is null ? Results.NotFound()
                : Text(path is "key" ? head.Key + "\n" : head.Checkpoint);
        }

        if (path is "keys")
        {
            return Text(KeyStatementFile.Write(await store.ReadAsync(session => LogKeyTable.Of(session, company), ct)));
        }

        if (path is "history")
        {
            var sizes = await store.ReadAsync(session => LogTable.KeptSizes(session, company), ct);
            return Text(string.Concat(sizes.Select(size => string.Create(CultureInfo.InvariantCulture, $"{size}\n"))));
        }

        return path.StartsWith("history/", StringComparison.Ordinal)
            && long.TryParse(path.AsSpan("history/".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var kept)
            && await store.ReadAsync(session => LogTable.FindKept(session, company, kept), ct) is { } note ? Text(note) : Results.NotFound();
    }

    private async ValueTask<IResult> ForReaderAsync(CompanyId company, string path, HttpContext context, CancellationToken ct)
    {
        if (context.Request.Headers.Authorization.ToString() is not { Length: <= LongestToken } given || !given.StartsWith(Bearer, StringComparison.Ordinal)
            || !await readers.MayReadAsync(given[Bearer.Length..], company, ct))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Results.StatusCode(StatusCodes.Status401Unauthorized);
        }

        if (path is "standing")
        {
            context.Response.Headers.CacheControl = "no-cache";
            return (await store.ReadAsync(session => AsideTable.Find(session, company), ct))?.Shown() is { } standing ? Text(Line(standing)) : Results.NotFound();
        }

        if (path.StartsWith(Receipts, StringComparison.Ordinal))
        {
            return await ReceiptAsync(company, path[Receipts.Length..], context, ct);
        }

        if (!TilePath.TryParse(path, out var tile))
        {
            return Results.NotFound();
        }

        var bytes = await store.ReadAsync(session => Find(session, company, tile), ct);
        if (bytes.IsEmpty)
        {
            return Results.NotFound();
        }

        context.Response.Headers.CacheControl = tile.Width == TilePath.FullWidth ? ForEver : "no-cache";
        return Results.Bytes(bytes, "application/octet-stream");
    }

    /// <summary>404 for what is no destruction, 410 where what the event says was destroyed since.</summary>
    private async ValueTask<IResult> ReceiptAsync(CompanyId company, string index, HttpContext context, CancellationToken ct)
    {
        if (!long.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return Results.NotFound();
        }

        context.Response.Headers.CacheControl = "no-store";
        return (await receipts.MakeAsync(company, number, ct)).TryGet(out var receipt, out var why) ? Text(receipt)
            : Results.StatusCode(why switch
            {
                AuditRefusal.Unavailable => StatusCodes.Status503ServiceUnavailable,
                AuditRefusal.ReceiptGone => StatusCodes.Status410Gone,
                _ => StatusCodes.Status404NotFound,
            });
    }

    /// <summary>A tile or bundle of exactly the width asked for; the stored one may be wider by now.</summary>
    private static ReadOnlyMemory<byte> Find(ReadSession session, CompanyId company, TilePath tile)
    {
        if (tile.Level != TilePath.Entries)
        {
            var hashes = LogTable.FindTile(session, company, tile.Level, tile.Index);
            return hashes?.Length >= tile.Width * TreeHash.Size ? hashes.AsMemory(0, tile.Width * TreeHash.Size) : default;
        }

        if (LogTable.FindBundle(session, company, tile.Index) is not { } bundle)
        {
            return default;
        }

        // What the owner of the store damaged is shown as it is: the verifier is to judge it.
        return EntryBundle.Read(bundle) is not { } entries || entries.Count < tile.Width ? bundle
            : bundle.AsMemory(0, entries.Take(tile.Width).Sum(entry => sizeof(ushort) + entry.Length));
    }

    private static CompanyId? CompanyOf(string log)
        => log == LogIdentity.NameOf(default) ? default(CompanyId)
            : log.Length == 32 && !log.AsSpan().ContainsAnyExcept("0123456789abcdef") && Guid.TryParseExact(log, "N", out var id) && id != Guid.Empty ? new CompanyId(id) : null;

    /// <summary>One line: <c>waits|ended</c>, since when in Unix seconds, events that wait, events elsewhere, the first and the last of those.</summary>
    private static string Line(LogStanding standing) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(standing.HasEnded ? "ended" : "waits")} {standing.Since.ToUnixTimeSeconds()} {standing.Waiting} {standing.Elsewhere} {standing.First ?? 0} {standing.Last ?? 0}\n");

    private static IResult Text(string text) => Results.Bytes(Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8");
}
