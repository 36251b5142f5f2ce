using System.Buffers;
using Rivet.Lws.Frames;

namespace Rivet.Lws.Records;

/// <summary>Takes the frames out of an opened record: whole frames, then nothing but zeros.</summary>
public static class RecordFrames
{
    /// <summary>Takes the next frame; <see cref="FrameStatus.End"/> when only padding is left. A record never cuts a frame.</summary>
    /// <param name="plaintext">The opened record; moved behind the frame.</param>
    /// <param name="frame">The frame when the status is <see cref="FrameStatus.Complete"/>; valid as long as the record's buffer.</param>
    public static FrameStatus TryRead(ref ReadOnlySequence<byte> plaintext, out Frame frame)
    {
        if (IsZero(plaintext))
        {
            frame = default;
            return FrameStatus.End;
        }

        var status = FrameReader.TryRead(ref plaintext, LwsConstants.MaxFrame, out frame);
        return status == FrameStatus.Incomplete ? FrameStatus.BadLength : status;
    }

    /// <summary>Looks no further than the first byte that is not zero: where a frame begins, that is in its length.</summary>
    private static bool IsZero(in ReadOnlySequence<byte> bytes)
    {
        foreach (var part in bytes)
        {
            if (part.Span.ContainsAnyExcept((byte)0))
            {
                return false;
            }
        }

        return true;
    }
}
