using System.Runtime.InteropServices.JavaScript;
using System.Text.Json;
using Rivet.Cryptography;
using Rivet.Cryptography.WebCrypto;

namespace Rivet.Testing.Web;

/// <summary>Project Wycheproof's vectors through the primitives as a browser computes them.</summary>
public static partial class Vectors
{
    private delegate ValueTask<bool?> Judge(JsonElement group, JsonElement test);

    /// <summary>Judges a file of vectors; gives how many were right, and the numbers of those that were not.</summary>
    [JSExport]
    public static async Task<string> JudgeAsync(string primitive, string vectors)
    {
        Judge judge = primitive switch
        {
            "aes-gcm" => AesGcmAsync,
            "ed25519" => Ed25519Async,
            "x25519" => X25519Async,
            "ml-kem" => DecapsulateAsync,
            "ml-kem-encaps" => EncapsulateAsync,
            _ => throw new ArgumentOutOfRangeException(nameof(primitive)),
        };
        var (right, wrong) = (0, new List<int>());
        using var file = JsonDocument.Parse(vectors);
        foreach (var group in file.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                if (await judge(group, test) is not { } isRight)
                {
                    continue; // Sizes the product never uses.
                }

                right += isRight ? 1 : 0;
                wrong.AddRange(isRight ? [] : [test.GetProperty("tcId").GetInt32()]);
            }
        }

        return JsonSerializer.Serialize(new Judged(right, [.. wrong]), Facts.Default.Judged);
    }

    private static async ValueTask<bool?> AesGcmAsync(JsonElement group, JsonElement test)
    {
        if (group.GetProperty("keySize").GetInt32() != 256 || group.GetProperty("ivSize").GetInt32() != 96)
        {
            return null;
        }

        using var key = new WebAeads().Create(AeadSuite.Aes256Gcm, Bytes(test, "key"));
        var (nonce, associated, message) = (Bytes(test, "iv"), Bytes(test, "aad"), Bytes(test, "msg"));
        byte[] expected = [.. Bytes(test, "ct"), .. Bytes(test, "tag")];
        var opened = new byte[message.Length];
        var opens = await key.OpenAsync(nonce, associated, expected, opened);
        if (!IsValid(test))
        {
            return !opens;
        }

        var made = new byte[expected.Length];
        await key.SealAsync(nonce, associated, message, made);
        return opens && opened.AsSpan().SequenceEqual(message) && made.AsSpan().SequenceEqual(expected);
    }

    private static async ValueTask<bool?> Ed25519Async(JsonElement group, JsonElement test)
        => IsValid(test) == await new WebVerifier().VerifyAsync(
            Bytes(group.GetProperty("publicKey"), "pk"), Bytes(test, "msg"), Bytes(test, "sig"), CancellationToken.None);

    /// <summary>Acceptable cases: keys of small order are refused, other encodings and the twist are computed as RFC 7748 says.</summary>
    private static async ValueTask<bool?> X25519Async(JsonElement group, JsonElement test)
    {
        using var key = new WebAgreement(await KnownAgreementAsync(Bytes(test, "private")));
        var expected = Bytes(test, "shared");
        var shared = await key.AgreeAsync(Bytes(test, "public"), CancellationToken.None);
        return Array.TrueForAll(expected, value => value == 0) ? shared is null : shared.AsSpan().SequenceEqual(expected);
    }

    private static async ValueTask<bool?> DecapsulateAsync(JsonElement group, JsonElement test)
    {
        if (Bytes(test, "seed") is not { Length: 64 } seed)
        {
            return null; // Seeds are drawn by the browser, never received.
        }

        using var key = WebKem.Of(await KnownKemAsync(seed));
        var secret = await key.TryDecapsulateAsync(Bytes(test, "c"), CancellationToken.None);
        return IsValid(test) ? secret.AsSpan().SequenceEqual(Bytes(test, "K")) : secret is null;
    }

    /// <summary>What is encapsulated is drawn by the browser, so here only keys are judged.</summary>
    private static async ValueTask<bool?> EncapsulateAsync(JsonElement group, JsonElement test)
        => IsValid(test) == await new WebKem().TryEncapsulateAsync(Bytes(test, "ek"), CancellationToken.None) is not null;

    private static bool IsValid(JsonElement test) => test.GetProperty("result").GetString() == "valid";

    private static byte[] Bytes(JsonElement test, string name) => Convert.FromHexString(test.GetProperty(name).GetString()!);

    [JSImport("agreement", "known")]
    private static partial Task<JSObject> KnownAgreementAsync(byte[] key);

    [JSImport("kem", "known")]
    private static partial Task<JSObject> KnownKemAsync(byte[] seed);
}

/// <summary>How many vectors were judged as expected, and which were not.</summary>
internal sealed record Judged(int Right, int[] Wrong);
