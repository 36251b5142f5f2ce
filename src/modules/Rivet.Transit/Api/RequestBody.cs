using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rivet.Kernel;

namespace Rivet.Transit.Api;

/// <summary>A request's body, bounded: its fields, and the items of <c>batch_input</c> if it has any. Its bytes are zeroed when it is disposed.</summary>
internal sealed class RequestBody : IDisposable
{
    private const string BatchName = "batch_input";
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 6, AllowDuplicateProperties = false };
    private readonly byte[] buffer;
    private readonly JsonDocument document;

    private RequestBody(byte[] buffer, JsonDocument document, Fields fields)
    {
        this.buffer = buffer;
        this.document = document;
        Fields = fields;
    }

    public Fields Fields { get; }

    /// <summary>The items of a batch; null when the request is no batch.</summary>
    public IReadOnlyList<Fields>? Batch { get; private set; }

    /// <summary>The items of a batch, or the request itself as the one item.</summary>
    public IReadOnlyList<Fields> Items => Batch ?? [Fields];

    public static async ValueTask<Result<RequestBody, ApiRefusal>> ReadAsync(HttpRequest request, int largest, int largestBatch, CancellationToken ct)
    {
        if (request.ContentLength > largest)
        {
            return ApiRefusal.BodyTooLarge;
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Max(request.ContentLength ?? 4096, 2) + 1);
        var length = 0;
        while (await request.Body.ReadAsync(buffer.AsMemory(length), ct) is > 0 and var read)
        {
            length += read;
            if (length > largest)
            {
                GiveBack(buffer);
                return ApiRefusal.BodyTooLarge;
            }

            if (length == buffer.Length)
            {
                var wider = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                buffer.AsSpan(0, length).CopyTo(wider);
                GiveBack(buffer);
                buffer = wider;
            }
        }

        return Parse(buffer, length, largestBatch);
    }

    public void Dispose()
    {
        document.Dispose();
        GiveBack(buffer);
    }

    private static Result<RequestBody, ApiRefusal> Parse(byte[] buffer, int length, int largestBatch)
    {
        JsonDocument? document = null;
        ApiRefusal why = ApiRefusal.BodyMalformed;
        try
        {
            document = JsonDocument.Parse(length == 0 ? "{}"u8.ToArray() : buffer.AsMemory(0, length), Strict);
            if (Fields.TryRead(document.RootElement, except: BatchName) is { } fields)
            {
                var body = new RequestBody(buffer, document, fields);
                if (body.TryReadBatch(largestBatch, out why))
                {
                    return body;
                }
            }
        }
        catch (JsonException)
        {
            why = ApiRefusal.BodyMalformed;
        }

        document?.Dispose();
        GiveBack(buffer);
        return why;
    }

    private bool TryReadBatch(int largest, out ApiRefusal why)
    {
        why = ApiRefusal.BatchMalformed;
        if (!document.RootElement.TryGetProperty(BatchName, out var given) || given.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (given.ValueKind != JsonValueKind.Array || given.GetArrayLength() is 0)
        {
            return false;
        }

        if (given.GetArrayLength() > largest)
        {
            why = ApiRefusal.BatchTooLarge;
            return false;
        }

        var items = new List<Fields>(given.GetArrayLength());
        foreach (var element in given.EnumerateArray())
        {
            if (Fields.TryRead(element) is not { } item)
            {
                return false;
            }

            items.Add(item);
        }

        Batch = items;
        return true;
    }

    private static void GiveBack(byte[] buffer)
    {
        CryptographicOperations.ZeroMemory(buffer);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
