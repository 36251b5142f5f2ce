using Rivet.Lws.Records;

namespace Rivet.Lws.Tests.Records;

public sealed class RecordPaddingTests
{
    [Theory]
    [InlineData(1, 64)]
    [InlineData(64, 64)]
    [InlineData(65, 128)]
    [InlineData(256, 256)]
    [InlineData(257, 384)]
    [InlineData(384, 384)]
    [InlineData(385, 512)]
    [InlineData(513, 768)]
    [InlineData(769, 1024)]
    [InlineData(1025, 1536)]
    [InlineData(3072, 3072)]
    [InlineData(3073, 4096)]
    [InlineData(4096, 4096)]
    [InlineData(4097, 5120)]
    [InlineData(16384, 16384)]
    [InlineData(16385, 16385)]
    [InlineData(1048576, 1048576)]
    public void Bucket_OfSize_IsTheSpecifiedOne(int size, int bucket) => Assert.Equal(bucket, RecordPadding.Bucket(size));

    [Fact]
    public void Bucket_OfEverySize_IsNoSmallerAndItsOwnBucketAndGrows()
    {
        var former = 0;
        for (var size = 1; size <= 20_000; size++)
        {
            var bucket = RecordPadding.Bucket(size);
            Assert.True(bucket >= size && bucket >= former && RecordPadding.Bucket(bucket) == bucket, $"{size} → {bucket}");
            former = bucket;
        }
    }

    [Fact]
    public void Bucket_Nothing_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => RecordPadding.Bucket(0));
}
