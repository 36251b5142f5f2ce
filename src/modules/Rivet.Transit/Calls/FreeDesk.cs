using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Rivet.Kernel;
using Rivet.Transit.Api;
using Rivet.Transit.Applications;
using Rivet.Transit.Ciphers;

namespace Rivet.Transit.Calls;

/// <summary>What needs no key: random bytes of the operating system's generator, and hashes.</summary>
internal sealed class FreeDesk
{
    private const int MostRandom = 128 * 1024;

    public void Map(IEndpointRouteBuilder app, ApiRoutes routes)
    {
        routes.Map(app, ApiRoutes.Write, "transit/random", Operation.Random, RandomAsync);
        routes.Map(app, ApiRoutes.Write, "transit/random/{first}", Operation.Random, RandomAsync);
        routes.Map(app, ApiRoutes.Write, "transit/random/{first}/{second}", Operation.Random, RandomAsync);
        routes.Map(app, ApiRoutes.Write, "transit/hash", Operation.Hash, HashAsync);
        routes.Map(app, ApiRoutes.Write, "transit/hash/{hash}", Operation.Hash, HashAsync);
    }

    private static ValueTask<Result<Answer, ApiRefusal>> RandomAsync(Call call, CancellationToken ct)
    {
        // A single part is a source when it is a word, a number of bytes when it is a number.
        var (first, second) = (call.Part("first"), call.Part("second"));
        var isSource = first is not null && !char.IsAsciiDigit(first[0]);
        var source = (isSource ? first : null) ?? call.Fields.Text("source") ?? "platform";
        var bytes = (isSource ? second : first) ?? call.Fields.Text("bytes") ?? "32";
        if (source != "platform" || (!isSource && second is not null)
            || !int.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > MostRandom)
        {
            return new(ApiRefusal.RandomBounds);
        }

        return new(Encode(call.Fields.Text("format") ?? "base64", RandomNumberGenerator.GetBytes(count)) is { } text
            ? new Answer { Data = new JsonObject { ["random_bytes"] = text } } : ApiRefusal.RandomBounds);
    }

    private static ValueTask<Result<Answer, ApiRefusal>> HashAsync(Call call, CancellationToken ct)
    {
        if (!Hashes.TryFind(call.Part("hash") ?? call.Fields.Text("algorithm") ?? Hashes.Usual, out var hash, out _))
        {
            return new(ApiRefusal.HashUnknown);
        }

        if (!Base64.Read(call.Fields.Value("input")).TryGet(out var input, out var why))
        {
            return new(why);
        }

        return new(Encode(call.Fields.Text("format") ?? "hex", CryptographicOperations.HashData(hash, input)) is { } text
            ? new Answer { Data = new JsonObject { ["sum"] = text } } : ApiRefusal.FormatUnknown);
    }

    private static string? Encode(string format, byte[] bytes) => format switch
    {
        "hex" => Convert.ToHexStringLower(bytes),
        "base64" => Convert.ToBase64String(bytes),
        _ => null,
    };
}
