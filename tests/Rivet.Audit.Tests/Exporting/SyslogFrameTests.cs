using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;
using Rivet.Audit.Exporting;
using Rivet.Kernel;

namespace Rivet.Audit.Tests.Exporting;

/// <summary>Whatever an event holds, it is one message to whoever reads by the RFCs.</summary>
public sealed class SyslogFrameTests
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String, Gen.String[Gen.Char["\r\n\0\u2028\u2029\u0085\u001B\"\\]['= <>1234567890"], 0, 40], Gen.Const("]\" x=\"\r\n<0>1 - - - - - -"), Gen.Const("=cmd|' /C calc'!A0"));

    private static readonly Gen<AuditEntry> Entries = Gen.Select(
        Text, Text, Text, Text, Gen.Int[0, 9], Gen.Long[0, 253_402_300_799_999],
        (kind, name, value, target, severity, at) => new AuditEntry
        {
            Index = 7,
            Hash = "00",
            Event = new SecurityEvent
            {
                Id = new(Guid.CreateVersion7()),
                At = DateTimeOffset.FromUnixTimeMilliseconds(at),
                Kind = new(kind, OcsfType.EntityCreated, (EventSeverity)severity, "d." + name),
                Actor = Subject.OfSystem(default),
                Target = new(target, Guid.NewGuid(), default),
                Outcome = EventOutcome.Success,
                Details = new Dictionary<string, string> { ["d." + name] = value },
            },
            Content = AuditContentState.Readable,
            People = AuditContentState.Readable,
        });

    [Fact]
    public void Write_AnyEvents_AreReadBackOneForOneByAnIndependentReader()
        => Gen.Select(Entries.Array[1, 3], Text, Text).Sample(
            (entries, host, log) =>
            {
                var frames = Frames(host, log, entries);
                var read = SyslogReader.ReadAll(frames);
                Assert.Equal(entries.Length, read.Count);
                foreach (var (entry, message) in entries.Zip(read))
                {
                    var (fact, detail) = (entry.Event, entry.Event.Details.Single());
                    Assert.Equal(("rivet", "-", "rivet@32473", fact.Id.ToString()), (message.Application, message.Process, message.Data["id"], message.Data["param.id"]));
                    Assert.Equal(13, message.Priority / 8);
                    Assert.Equal(Plain(detail.Value), message.Json.GetProperty("unmapped").GetProperty(Plain(detail.Key)).GetString());
                    Assert.Equal(fact.Id.ToString(), message.Json.GetProperty("metadata").GetProperty("uid").GetString());
                    Assert.Equal(fact.At, DateTimeOffset.Parse(message.Time, System.Globalization.CultureInfo.InvariantCulture));
                }
            },
            iter: 2000);

    [Theory]
    [InlineData(EventSeverity.Informational, 110)]
    [InlineData(EventSeverity.Low, 109)]
    [InlineData(EventSeverity.Medium, 108)]
    [InlineData(EventSeverity.High, 107)]
    [InlineData(EventSeverity.Critical, 106)]
    [InlineData(EventSeverity.Fatal, 105)]
    public void Write_Severity_BecomesAPriorityOfLogAudit(EventSeverity severity, int priority)
    {
        var entry = Entry("identity.device.enrolled", severity);
        Assert.Equal(priority, Assert.Single(SyslogReader.ReadAll(Frames("host", "rivet/00/x", entry))).Priority);
    }

    [Fact]
    public void Write_StructuredData_EscapesQuoteBackslashAndBracketOnly()
    {
        var text = Encoding.UTF8.GetString(Frames("a b\u00e9\n", "x\"]\\\u2028", Entry("k]\"", EventSeverity.Low)));
        Assert.Contains(" a?b?? rivet - k]\" [rivet@32473 id=\"", text, StringComparison.Ordinal);
        Assert.Contains(" log=\"x\\\"\\]\\\\?\"] \uFEFF{", text, StringComparison.Ordinal);
    }

    private static AuditEntry Entry(string kind, EventSeverity severity) => AuditEntry.Unreadable(1, "00") with
    {
        Event = AuditEntry.Unreadable(1, "00").Event with { Id = new(Guid.CreateVersion7()), Kind = new(kind, OcsfType.Other, severity) },
    };

    private static byte[] Frames(string host, string log, params AuditEntry[] entries)
    {
        var frames = new ArrayBufferWriter<byte>();
        foreach (var entry in entries)
        {
            var line = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(line))
            {
                OcsfJson.Write(json, log, entry);
            }

            SyslogFrame.Write(frames, host, log, new ExportLine(entry, line.WrittenMemory));
        }

        return frames.WrittenSpan.ToArray();
    }

    /// <summary>As UTF-8 says it: half a character is none.</summary>
    private static string Plain(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
