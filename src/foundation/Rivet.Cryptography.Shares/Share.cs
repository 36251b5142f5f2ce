using System.Security.Cryptography;
using Rivet.Kernel;

namespace Rivet.Cryptography.Shares;

/// <summary>
/// One share of a secret as words (SLIP-0039). The threshold of its set gives the secret back; fewer do not.
/// </summary>
public sealed class Share : IDisposable
{
    internal const int MinSecret = 16;
    private const int BitsPerWord = 10;
    private const int MinWords = 20;
    private const int MaxWords = 300;
    private readonly byte[] value;

    internal Share(ShareHead head, byte[] value)
    {
        Head = head;
        this.value = value;
    }

    /// <summary>How many shares of its set are needed; with groups, how many of its group.</summary>
    public int Threshold => Head.MemberThreshold;

    /// <summary>Which share of its group it is, from 1.</summary>
    public int Number => Head.MemberIndex + 1;

    internal ShareHead Head { get; }

    internal byte[] Value => value;

    /// <summary>Reads words with any white space between and around them, in any case.</summary>
    public static Result<Share, ShareRefusal> Parse(ReadOnlySpan<char> text)
    {
        Span<ushort> words = new ushort[MaxWords];
        try
        {
            var read = ReadWords(text, words);
            return read.TryGet(out var count, out var refusal) ? Read(words[..count]) : refusal;
        }
        finally
        {
            words.Clear();
        }
    }

    /// <summary>Writes the words with spaces between them. They are the secret: print them, and put them nowhere else.</summary>
    public void Reveal(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var valueWords = ((value.Length * 8) + BitsPerWord - 1) / BitsPerWord;
        Span<ushort> words = new ushort[ShareHead.Words + valueWords + Rs1024.Words];
        Head.Write(words);

        // The value as one number, in words, with zeros before it.
        var (waiting, bits, at) = (0u, (valueWords * BitsPerWord) - (value.Length * 8), ShareHead.Words);
        foreach (var part in value)
        {
            (waiting, bits) = ((waiting << 8) | part, bits + 8);
            while (bits >= BitsPerWord)
            {
                bits -= BitsPerWord;
                words[at++] = (ushort)((waiting >> bits) & 0x3FF);
                waiting &= (1u << bits) - 1;
            }
        }

        Rs1024.Write(words, Head.IsExtendable);
        for (var word = 0; word < words.Length; word++)
        {
            output.Write(word == 0 ? "" : " ");
            output.Write(WordList.Of(words[word]));
        }

        words.Clear();
    }

    /// <summary>Zeroes the share.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(value);

    /// <summary>Never the words.</summary>
    public override string ToString() => "[redacted]";

    private static Result<int, ShareRefusal> ReadWords(ReadOnlySpan<char> text, Span<ushort> words)
    {
        var count = 0;
        while (!(text = text.TrimStart()).IsEmpty)
        {
            var length = 1;
            while (length < text.Length && !char.IsWhiteSpace(text[length]))
            {
                length++;
            }

            var number = WordList.Find(text[..length]);
            if (number < 0)
            {
                return new ShareRefusal(ShareFault.UnknownWord) { FirstWord = count + 1, LastWord = count + 1 };
            }

            if (count == words.Length)
            {
                return new ShareRefusal(ShareFault.WordCount) { LastWord = count };
            }

            words[count++] = (ushort)number;
            text = text[length..];
        }

        return count;
    }

    private static Result<Share, ShareRefusal> Read(ReadOnlySpan<ushort> words)
    {
        var padding = (words.Length - ShareHead.Words - Rs1024.Words) * BitsPerWord % 16;
        if (words.Length < MinWords || padding > 8)
        {
            return new ShareRefusal(ShareFault.WordCount) { LastWord = words.Length };
        }

        var head = ShareHead.Read(words);
        if (!Rs1024.Holds(words, head.IsExtendable))
        {
            var place = Rs1024.FindSingleError(words, head.IsExtendable);
            return new ShareRefusal(ShareFault.Checksum)
            {
                FirstWord = place < 0 ? 1 : place + 1, LastWord = place < 0 ? words.Length : place + 1,
            };
        }

        if (head.GroupThreshold > head.GroupCount || head.GroupIndex >= head.GroupCount
            || !TryReadValue(words[ShareHead.Words..^Rs1024.Words], padding, out var value))
        {
            return new ShareRefusal(ShareFault.Impossible);
        }

        return new Share(head, value);
    }

    /// <summary>False when the padding is not all zeros.</summary>
    private static bool TryReadValue(ReadOnlySpan<ushort> words, int padding, out byte[] value)
    {
        value = new byte[((words.Length * BitsPerWord) - padding) / 8];
        var (waiting, bits, at) = ((uint)words[0], BitsPerWord - padding, 0);
        if (waiting >> bits != 0)
        {
            return false;
        }

        for (var word = 1; ; word++)
        {
            while (bits >= 8)
            {
                bits -= 8;
                value[at++] = (byte)(waiting >> bits);
                waiting &= (1u << bits) - 1;
            }

            if (word == words.Length)
            {
                return true;
            }

            (waiting, bits) = ((waiting << BitsPerWord) | words[word], bits + BitsPerWord);
        }
    }
}
