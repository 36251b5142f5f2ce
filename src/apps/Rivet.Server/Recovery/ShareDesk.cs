using System.Text;
using Rivet.Cryptography.Shares;

namespace Rivet.Server.Recovery;

/// <summary>
/// Takes shares one per line until there are enough. What was typed is never repeated, only counted. At a terminal a refused line may be
/// typed again; from a file it ends the work.
/// </summary>
internal sealed class ShareDesk(Stream input, TextWriter said, bool isTerminal)
{
    private const int LongestLine = 4096;

    /// <summary>The secret, which the caller zeroes; null after a refusal, which was said.</summary>
    public byte[]? Gather()
    {
        using var set = new ShareSet();
        var line = new char[LongestLine];
        try
        {
            for (var taken = 0; set.Missing > 0;)
            {
                if (isTerminal)
                {
                    said.Write(RecoverCommand.Say("Prompt", taken + 1));
                    said.Flush();
                }

                var length = ReadLine(line);
                if (length < 0)
                {
                    Refuse(taken == 0 ? new ShareRefusal(ShareFault.TooFew) : set.Combine([]).Refusal, taken);
                    return null;
                }

                var text = line.AsSpan(0, length).Trim();
                if (text.IsEmpty)
                {
                    continue;
                }

                if (!Take(set, text, taken + 1))
                {
                    if (!isTerminal)
                    {
                        return null;
                    }

                    continue;
                }

                taken++;
                said.WriteLine(set.Missing > 0 ? RecoverCommand.Say("Taken", taken, set.Missing) : RecoverCommand.Say("Enough", taken));
            }

            var combined = set.Combine([]);
            if (combined.TryGet(out var secret, out var refusal))
            {
                return secret;
            }

            Refuse(refusal, 0);
            return null;
        }
        finally
        {
            Array.Clear(line);
        }
    }

    private bool Take(ShareSet set, ReadOnlySpan<char> text, int number)
    {
        if (!Share.Parse(text).TryGet(out var share, out var unreadable))
        {
            Refuse(unreadable, number);
            return false;
        }

        if (set.Add(share).TryGet(out _, out var refused))
        {
            return true;
        }

        share.Dispose();
        Refuse(refused, number);
        return false;
    }

    private void Refuse(ShareRefusal why, int number)
    {
        var key = why switch
        {
            { Fault: ShareFault.Checksum } when why.FirstWord == why.LastWord => "Fault.ChecksumOne",
            { Fault: ShareFault.TooFew, Missing: 0 } => "Fault.None",
            _ => "Fault." + why.Fault,
        };
        said.WriteLine($"rivet: {RecoverCommand.Say(key, number, why.FirstWord, why.LastWord, why.Missing)}");
    }

    /// <summary>Reads into memory that is cleared afterwards, byte by byte: no buffer in between keeps a share. −1 at the end.</summary>
    private int ReadLine(Span<char> line)
    {
        var length = 0;
        Span<byte> one = stackalloc byte[1];
        while (input.Read(one) == 1)
        {
            if (one[0] == '\n')
            {
                return length;
            }

            if (length < line.Length)
            {
                line[length++] = Ascii.IsValid(one[0]) ? (char)one[0] : '?';
            }
        }

        return length > 0 ? length : -1;
    }
}
