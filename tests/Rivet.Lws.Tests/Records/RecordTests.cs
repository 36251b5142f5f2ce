using System.Buffers;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Lws.Records;

namespace Rivet.Lws.Tests.Records;

public sealed class RecordTests
{
    public static TheoryData<AeadSuite> Suites => [AeadSuite.Aes256Gcm, AeadSuite.ChaCha20Poly1305];

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Open_WhatWasSealed_GivesFramesAndZeros(AeadSuite suite)
    {
        using var line = new Line(suite);
        foreach (var size in (int[])[12, 63, 64, 300, 4096, 5000, 20_000, RecordLimits.MaxPlaintext])
        {
            var frames = new byte[size];
            Random.Shared.NextBytes(frames);

            var record = await line.SealAsync(frames);
            var plaintext = await line.OpenAsync(record, pieces: 1000);

            Assert.Equal(RecordSealer.SizeOf(size), record.Length);
            Assert.NotNull(plaintext);
            Assert.Equal(frames, plaintext[..size]);
            Assert.DoesNotContain(plaintext[size..], value => value != 0);
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Open_AnyByteFlipped_RefusesAndStaysShut(AeadSuite suite)
    {
        var length = RecordSealer.SizeOf(12);
        for (var at = RecordLimits.HeaderSize; at < length; at++)
        {
            using var line = new Line(suite);
            var record = await line.SealAsync(Line.Ping(1));
            var following = await line.SealAsync(Line.Ping(2));
            record[at] ^= 1;

            Assert.Null(await line.OpenAsync(record));
            Assert.Null(await line.OpenAsync(following));
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Open_LengthChangedAndBytesFilledUp_Refuses(AeadSuite suite)
    {
        using var line = new Line(suite);
        var record = await line.SealAsync(Line.Ping(1));
        byte[] longer = [.. record, 0];
        longer[3]++;

        Assert.Null(await line.OpenAsync(longer));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Open_Replayed_Refuses(AeadSuite suite)
    {
        using var line = new Line(suite);
        var record = await line.SealAsync(Line.Ping(1));

        Assert.NotNull(await line.OpenAsync(record));
        Assert.Null(await line.OpenAsync(record));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Open_OutOfOrder_Refuses(AeadSuite suite)
    {
        using var line = new Line(suite);
        await line.SealAsync(Line.Ping(1));
        var second = await line.SealAsync(Line.Ping(2));

        Assert.Null(await line.OpenAsync(second));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Open_OfTheOtherDirection_Refuses(AeadSuite suite)
    {
        using var line = new Line(suite);
        using var other = new Line(suite, fill: 0x5b);

        Assert.Null(await line.OpenAsync(await other.SealAsync(Line.Ping(1))));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Open_PastAChangeOfKeys_GoesOn(AeadSuite suite)
    {
        using var line = new Line(suite);
        for (var number = 0u; number < RecordLimits.RecordsPerKey + 2; number++)
        {
            Assert.NotNull(await line.OpenAsync(await line.SealAsync(Line.Ping(number))));
        }
    }

    [Fact]
    public async Task Advance_AtTheLimits_ReplacesTheKeyAndGoesOnCounting()
    {
        var counting = new CountingAeads();
        using var direction = new DirectionKey(counting, AeadSuite.Aes256Gcm, counting.Create(AeadSuite.Aes256Gcm, new byte[AeadSizes.Key]));

        for (var record = 0; record < 1024; record++)
        {
            await direction.AdvanceAsync(1 << 20);
        }

        Assert.Equal(1, counting.Made);
        await direction.AdvanceAsync(1);
        Assert.Equal(2, counting.Made);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0], direction.Nonce.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12 + 15)]
    [InlineData(RecordLimits.MaxPlaintext + 17)]
    [InlineData(-1)]
    public void Find_LengthOfNoRecord_IsRefusedAtOnce(int length)
    {
        byte[] header = [(byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length];

        Assert.Equal(RecordStatus.BadLength, RecordOpener.Find(new ReadOnlySequence<byte>(header), out _));
    }

    [Fact]
    public async Task Find_EveryPrefix_IsIncomplete()
    {
        using var line = new Line(AeadSuite.Aes256Gcm);
        var record = await line.SealAsync(Line.Ping(1));
        for (var length = 0; length < record.Length; length++)
        {
            Assert.Equal(RecordStatus.Incomplete, RecordOpener.Find(new ReadOnlySequence<byte>(record, 0, length), out _));
        }
    }

    [Fact]
    public async Task Seal_FramesOverTheLimit_Throws()
    {
        using var line = new Line(AeadSuite.Aes256Gcm);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => line.SealAsync(new byte[RecordLimits.MaxPlaintext + 1]));
    }

    private sealed class CountingAeads : IAeadFactory
    {
        private readonly LinkAeads aeads = new();

        public int Made { get; private set; }

        public IAeadKey Create(AeadSuite suite, ReadOnlySpan<byte> key)
        {
            Made++;
            return aeads.Create(suite, key);
        }
    }
}
