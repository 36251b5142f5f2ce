using System.Security.Cryptography;
using System.Text.Json;
using Rivet.Cryptography.SigV4;
using Rivet.Hosting.Outgoing;
using Rivet.Kernel;

namespace Rivet.Vault.External;

/// <summary>
/// Wraps and unwraps data keys under a key that only the customer holds, through an external key service that speaks the AWS KMS External Key Store
/// Proxy API, version 1. Every call is over within the endpoint's budget (250 ms). What the customer says, what nobody can say now, and what is wrong
/// with the wrapped key are values (<see cref="XksRefusal"/>); nothing is cached here. Safe between threads.
/// </summary>
/// <param name="endpoint">Where the key is.</param>
/// <param name="credential">Signs the calls; stays the giver's.</param>
/// <param name="time">The clock of signatures, of the budget and of the waits after failures.</param>
/// <param name="chance">Spreads the waits.</param>
internal sealed class XksClient(XksEndpoint endpoint, SigV4Credential credential, TimeProvider time, Chance chance) : IDisposable
{
    public const int KeySize = WrappedKey.KeySize;
    public const int MaxContext = 4096;
    private const int FailuresInARow = 5;
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);
    private readonly XksHttp http = new(endpoint, credential, time);

    /// <summary>Leaves a failing service alone: after five failures in a row for a second, then twice as long each time, at most thirty.</summary>
    public CircuitBreaker Circuit { get; } = new(FailuresInARow, new Backoff(FirstRest, LongestRest, chance), time);

    /// <summary>Wraps a data key of 32 bytes; only the same context unwraps it.</summary>
    /// <exception cref="ArgumentException">The key has another length, or the context more than 4096 bytes.</exception>
    public async ValueTask<Result<byte[], XksRefusal>> WrapAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(context.Length, MaxContext);
        var check = WrappedKey.CheckOf(key.Span, context.Span);
        var binding = WrappedKey.Binding(endpoint.Company, endpoint.KeyId, check, context.Span);
        var body = XksWords.Ask(endpoint, "Encrypt", NewRequest(), ("additionalAuthenticatedData", binding), ("plaintext", key));
        return await CallAsync($"keys/{endpoint.KeyId}/encrypt", body, answer => Wrapped(answer, key.Span, binding, check), ct);
    }

    /// <summary>Gives back the 32 bytes, which the caller zeroes.</summary>
    public async ValueTask<Result<byte[], XksRefusal>> UnwrapAsync(ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> context, CancellationToken ct)
    {
        if (context.Length > MaxContext || !WrappedKey.TryParse(wrapped.Span, out var parsed))
        {
            return XksRefusal.Forged;
        }

        if (parsed.KeyId != endpoint.KeyId)
        {
            return XksRefusal.OtherKey;
        }

        var body = XksWords.Ask(
            endpoint, "Decrypt", NewRequest(),
            ("additionalAuthenticatedData", WrappedKey.Binding(endpoint.Company, endpoint.KeyId, parsed.Check, context.Span)),
            ("ciphertext", parsed.Ciphertext), ("ciphertextMetadata", parsed.Metadata), ("initializationVector", parsed.Iv), ("authenticationTag", parsed.Tag));
        return await CallAsync($"keys/{endpoint.KeyId}/decrypt", body, answer => Unwrapped(answer, parsed, context.Span), ct);
    }

    /// <summary>Whether the key is there, is one for wrapping, and is enabled; what an administrator is shown.</summary>
    public ValueTask<Result<Done, XksRefusal>> CheckAsync(CancellationToken ct)
        => CallAsync($"keys/{endpoint.KeyId}/metadata", XksWords.Ask(endpoint, "DescribeKey", NewRequest()), Described, ct);

    public void Dispose() => http.Dispose();

    private Guid NewRequest() => Guid.CreateVersion7(time.GetUtcNow());

    private async ValueTask<Result<T, XksRefusal>> CallAsync<T>(string operation, byte[] body, Func<byte[], Result<T, XksRefusal>> read, CancellationToken ct)
    {
        if (!Circuit.TryEnter(out var turn))
        {
            return XksRefusal.Resting;
        }

        try
        {
            var said = await http.PostAsync(operation, body, ct);
            var result = !said.TryGet(out var answer, out var why) ? why : Read(answer, read);
            if (!result.IsOk && result.Refusal.Meaning() is XksMeaning.Unavailable)
            {
                Circuit.Failed(turn);
            }
            else
            {
                Circuit.Succeeded();
            }

            return result;
        }
        catch
        {
            Circuit.Abandoned(turn);
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(body);
        }
    }

    private static Result<T, XksRefusal> Read<T>(XksAnswer answer, Func<byte[], Result<T, XksRefusal>> read)
    {
        try
        {
            return answer.Status == 200 ? read(answer.Body) : XksWords.Refusal(answer);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(answer.Body);
        }
    }

    private Result<byte[], XksRefusal> Wrapped(byte[] answer, ReadOnlySpan<byte> key, byte[] binding, byte[] check)
    {
        if (XksWords.Read(answer, ["ciphertext", "initializationVector", "authenticationTag", "ciphertextDataIntegrityValue"], "ciphertextMetadata") is not { } fields)
        {
            return XksRefusal.Malformed;
        }

        var wrapped = new WrappedKey
        {
            KeyId = endpoint.KeyId,
            Check = check,
            Iv = fields["initializationVector"],
            Tag = fields["authenticationTag"],
            Metadata = fields.GetValueOrDefault("ciphertextMetadata") ?? [],
            Ciphertext = fields["ciphertext"],
        };
        if (wrapped.Ciphertext.Length != KeySize || wrapped.Iv.Length is not (12 or 16) || wrapped.Tag.Length != WrappedKey.TagSize || wrapped.Metadata.Length > WrappedKey.MaxMetadata)
        {
            return XksRefusal.Malformed;
        }

        // A service that hands the key back in clear has wrapped nothing.
        return CryptographicOperations.FixedTimeEquals(fields["ciphertextDataIntegrityValue"], XksWords.IntegrityOf(binding, fields))
            && !CryptographicOperations.FixedTimeEquals(wrapped.Ciphertext, key) ? wrapped.ToBytes() : XksRefusal.Lying;
    }

    private static Result<byte[], XksRefusal> Unwrapped(byte[] answer, WrappedKey wrapped, ReadOnlySpan<byte> context)
    {
        if (XksWords.Read(answer, ["plaintext"], optional: null)?["plaintext"] is not { } key)
        {
            return XksRefusal.Malformed;
        }

        if (key.Length == KeySize && CryptographicOperations.FixedTimeEquals(WrappedKey.CheckOf(key, context), wrapped.Check))
        {
            return key;
        }

        CryptographicOperations.ZeroMemory(key);
        return XksRefusal.Lying;
    }

    private static Result<Done, XksRefusal> Described(byte[] answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            var (spec, usage, status) = (json.RootElement.GetProperty("keySpec").GetString(), json.RootElement.GetProperty("keyUsage"), json.RootElement.GetProperty("keyStatus").GetString());
            var uses = usage.EnumerateArray().Select(one => one.GetString()).ToList();
            return status is not ("ENABLED" or "DISABLED") ? XksRefusal.Malformed
                : spec is not "AES_256" || !uses.Contains("ENCRYPT") || !uses.Contains("DECRYPT") ? XksRefusal.Denied
                : status is "DISABLED" ? XksRefusal.Disabled
                : Done.Value;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return XksRefusal.Malformed;
        }
    }
}
