using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>What a company decided about its messages.</summary>
internal sealed record CompanyPolicy
{
    public static readonly CompanyPolicy Default = new();

    public KeptTime Kept { get; init; } = KeptTime.ForEver;

    public int MessagesPerMinute { get; init; } = 120;

    public int FileMebibytesPerDay { get; init; } = 2_048;

    /// <summary>0: no quota.</summary>
    public int StoredGibibytes { get; init; }

    public int ConversationsPerDay { get; init; } = 200;

    public CompanySeal Seal { get; init; } = CompanySeal.None;

    public long FileBytesPerDay => (long)FileMebibytesPerDay << 20;

    /// <summary>The most sealed bytes; <see cref="long.MaxValue"/> without a quota.</summary>
    public long StoredBytes => StoredGibibytes == 0 ? long.MaxValue : (long)StoredGibibytes << 30;

    /// <summary>With other limits; null when one is out of its bounds.</summary>
    public CompanyPolicy? TryWith(MessageLimits limits)
        => limits is
        {
            MessagesPerMinute: >= 10 and <= 6_000, FileMebibytesPerDay: >= 1 and <= 1_000_000,
            StoredGibibytes: <= 1_000_000, ConversationsPerDay: >= 1 and <= 100_000,
        }
            ? this with
            {
                MessagesPerMinute = (int)limits.MessagesPerMinute,
                FileMebibytesPerDay = (int)limits.FileMebibytesPerDay,
                StoredGibibytes = (int)limits.StoredGibibytes,
                ConversationsPerDay = (int)limits.ConversationsPerDay,
            }
            : null;

    public MessageLimits LimitsToWire() => new()
    {
        MessagesPerMinute = (uint)MessagesPerMinute,
        FileMebibytesPerDay = (uint)FileMebibytesPerDay,
        StoredGibibytes = (uint)StoredGibibytes,
        ConversationsPerDay = (uint)ConversationsPerDay,
    };

    public MessagePolicy ToWire(DateTimeOffset now) => new() { Retention = Kept.ToWire(now), Limits = LimitsToWire(), Sealing = Seal.ToWire() };
}
