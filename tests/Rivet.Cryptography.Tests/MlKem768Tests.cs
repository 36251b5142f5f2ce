using System.Security.Cryptography;
using Rivet.Cryptography.Bouncy;
using static Rivet.Cryptography.Tests.Wycheproof;

namespace Rivet.Cryptography.Tests;

public sealed class MlKem768Tests
{
    [Fact]
    public async Task Create_EverySeedVector_GivesTheKey()
    {
        var count = 0;
        foreach (var (_, test) in Vectors("mlkem_768_keygen_seed_test.json"))
        {
            using var made = await Known(Bytes(test, "seed")).CreateAsync(default);
            Assert.True(made.EncapsulationKey.Span.SequenceEqual(Bytes(test, "ek")), Name(test));
            count++;
        }

        Assert.Equal(100, count);
    }

    [Fact]
    public async Task Decapsulate_EveryVector_IsJudgedAsExpected()
    {
        var (count, refused) = (0, 0);
        foreach (var (_, test) in Vectors("mlkem_768_test.json"))
        {
            var seed = Bytes(test, "seed");
            if (seed.Length != MlKem768.SeedSize)
            {
                Assert.False(IsValid(test), Name(test));
                continue; // Seeds are drawn here, never received.
            }

            using var made = await Known(seed).CreateAsync(default);
            var secret = await made.TryDecapsulateAsync(Bytes(test, "c"), default);
            Assert.True(IsValid(test) ? secret.AsSpan().SequenceEqual(Bytes(test, "K")) : secret is null, Name(test));
            refused += secret is null ? 1 : 0;
            count++;
        }

        Assert.True(count > 150);
        Assert.True(refused > 0);
    }

    [Fact]
    public async Task Encapsulate_EveryVector_IsJudgedAsExpected()
    {
        var (count, refused) = (0, 0);
        foreach (var (_, test) in Vectors("mlkem_768_encaps_test.json"))
        {
            var made = await Known(Bytes(test, "m")).TryEncapsulateAsync(Bytes(test, "ek"), default);
            Assert.True(
                IsValid(test)
                    ? made!.Ciphertext.AsSpan().SequenceEqual(Bytes(test, "c")) && made.SharedSecret.AsSpan().SequenceEqual(Bytes(test, "K"))
                    : made is null,
                Name(test));
            refused += made is null ? 1 : 0;
            count++;
        }

        Assert.Equal(265, count);
        Assert.Equal(132, refused);
    }

    [Fact]
    public async Task Secrets_OfBothSides_AreTheSameAndFreshEachTime()
    {
        var kem = new MlKem768();
        using var made = await kem.CreateAsync(default);
        using var other = await kem.CreateAsync(default);
        var first = (await kem.TryEncapsulateAsync(made.EncapsulationKey, default))!;
        var second = (await kem.TryEncapsulateAsync(made.EncapsulationKey, default))!;

        Assert.Equal(first.SharedSecret, await made.TryDecapsulateAsync(first.Ciphertext, default));
        Assert.Equal(second.SharedSecret, await made.TryDecapsulateAsync(second.Ciphertext, default));
        Assert.NotEqual(first.SharedSecret, second.SharedSecret);
        Assert.NotEqual(made.EncapsulationKey.ToArray(), other.EncapsulationKey.ToArray());
        Assert.NotEqual(first.SharedSecret, await other.TryDecapsulateAsync(first.Ciphertext, default));
    }

    [Fact]
    public async Task Decapsulate_ChangedCiphertext_GivesASecretOfItsOwn()
    {
        var kem = new MlKem768();
        using var made = await kem.CreateAsync(default);
        var encapsulated = (await kem.TryEncapsulateAsync(made.EncapsulationKey, default))!;
        for (var at = 0; at < KemSizes.Ciphertext; at += 17)
        {
            encapsulated.Ciphertext[at] ^= 1;
            var rejected = await made.TryDecapsulateAsync(encapsulated.Ciphertext, default);
            Assert.NotEqual(encapsulated.SharedSecret, rejected);
            Assert.Equal(rejected, await made.TryDecapsulateAsync(encapsulated.Ciphertext, default));
            encapsulated.Ciphertext[at] ^= 1;
        }
    }

    [Fact]
    public async Task Inputs_OfAnyLengthOrNoise_NeverThrow()
    {
        var kem = new MlKem768();
        using var made = await kem.CreateAsync(default);
        foreach (var length in new[] { 0, 1, 31, 32, 1087, 1088, 1089, 1183, 1184, 1185, 2400, 65535 })
        {
            var noise = RandomNumberGenerator.GetBytes(length);
            Assert.Null(await kem.TryEncapsulateAsync(noise, default)); // 768 random numbers below the modulus: once in 2^230.
            Assert.Equal(length == KemSizes.Ciphertext, await made.TryDecapsulateAsync(noise, default) is not null);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(766, 383)]
    [InlineData(767, 383)]
    public async Task Encapsulate_OneNumberAtTheModulus_IsRefused(int number, int group)
    {
        var kem = new MlKem768();
        using var made = await kem.CreateAsync(default);
        var key = made.EncapsulationKey.ToArray();
        var at = group * 3;
        Assert.Equal(group, number / 2);
        SetNumber(key.AsSpan(at, 3), number % 2, 3328);
        Assert.NotNull(await kem.TryEncapsulateAsync(key, default));
        SetNumber(key.AsSpan(at, 3), number % 2, 3329);
        Assert.Null(await kem.TryEncapsulateAsync(key, default));
    }

    [Fact]
    public async Task Dispose_ThenUse_Throws()
    {
        var made = await new MlKem768().CreateAsync(default);
        made.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await made.TryDecapsulateAsync(new byte[KemSizes.Ciphertext], default));
    }

    [Fact]
    public async Task Secrets_AsText_AreRedacted()
    {
        var kem = new MlKem768();
        using var made = await kem.CreateAsync(default);
        Assert.Equal("[redacted]", made.ToString());
        Assert.Equal("[redacted]", (await kem.TryEncapsulateAsync(made.EncapsulationKey, default))!.ToString());
    }

    /// <summary>Draws exactly these bytes; another number of them is a fault.</summary>
    private static MlKem768 Known(byte[] random) => new(span =>
    {
        Assert.Equal(random.Length, span.Length);
        random.CopyTo(span);
    });

    private static void SetNumber(Span<byte> three, int which, int value)
    {
        if (which == 0)
        {
            three[0] = (byte)value;
            three[1] = (byte)((three[1] & 0xF0) | (value >> 8));
        }
        else
        {
            three[1] = (byte)((three[1] & 0x0F) | ((value & 0x0F) << 4));
            three[2] = (byte)(value >> 4);
        }
    }
}
