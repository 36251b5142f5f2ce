using System.Text;
using Google.Protobuf;
using Rivet.Wire;

namespace Rivet.Client.Slack;

/// <summary>A text with the people it mentions; offsets and lengths in UTF-8 bytes.</summary>
internal sealed record RichText(ReadOnlyMemory<byte> Utf8, IReadOnlyList<Mention> Mentions)
{
    /// <summary>The longest text of one post in bytes.</summary>
    public const int MaxBytes = 40_000;

    /// <summary>The most mentions of one post; further ones stay as words.</summary>
    public const int MaxMentions = 200;

    private const int BreakWithin = 4_000;

    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);

    /// <summary>
    /// Cuts the text into pieces that fit into a post, at a line or word where one is near, never inside a character
    /// or a mention. The pieces joined are the text.
    /// </summary>
    public IEnumerable<RichText> Pieces(int maxBytes = MaxBytes)
    {
        var start = 0;
        do
        {
            var end = Utf8.Length - start <= maxBytes ? Utf8.Length : CutBefore(start, start + maxBytes);
            var (from, to) = (start, end);
            yield return new RichText(
                Utf8[from..to],
                [.. Mentions.Where(mention => mention.Offset >= from && mention.Offset + mention.Length <= to)
                    .Select(mention => Moved(mention, from)).Take(MaxMentions)]);
            start = end;
        }
        while (start < Utf8.Length);
    }

    private int CutBefore(int start, int limit)
    {
        var text = Utf8.Span;
        while (limit > start && (text[limit] & 0xC0) == 0x80)
        {
            limit--;
        }

        var near = Math.Max(start + 1, limit - BreakWithin);
        var line = text[near..limit].LastIndexOf((byte)'\n');
        var word = line >= 0 ? line : text[near..limit].LastIndexOf((byte)' ');
        var cut = word >= 0 ? near + word + 1 : limit;
        var inside = Mentions.FirstOrDefault(mention => mention.Offset < cut && mention.Offset + mention.Length > cut);
        return inside is not null && inside.Offset > start ? (int)inside.Offset : cut;
    }

    private static Mention Moved(Mention mention, int by) => new()
    {
        PersonId = mention.PersonId,
        Offset = mention.Offset - (uint)by,
        Length = mention.Length,
    };
}

/// <summary>A person as a text names them: how they are called after the @, and their id.</summary>
internal readonly record struct Named(string Handle, ByteString PersonId);
