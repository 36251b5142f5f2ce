using Rivet.Lws.Agreement;
using Rivet.Wire;

namespace Rivet.Lws.Tests.Agreement;

public sealed class ChannelBindingsTests
{
    private static readonly byte[] Some = [.. Enumerable.Repeat((byte)7, 32)];

    [Theory]
    [InlineData(true, true, LinkBinding.TlsExporter)]
    [InlineData(false, true, LinkBinding.TlsServerEndPoint)]
    [InlineData(true, false, LinkBinding.TlsExporter)]
    [InlineData(false, false, LinkBinding.Unbound)]
    public void Best_IsTheStrongestThereIs(bool exports, bool hasCertificate, LinkBinding expected)
        => Assert.Equal(expected, ChannelBindings.Best(new ChannelBindings(exports ? Some : null, hasCertificate ? Some : null)));

    [Theory]
    [InlineData(LinkBinding.TlsExporter)]
    [InlineData(LinkBinding.TlsServerEndPoint)]
    [InlineData(LinkBinding.BindingNone)]
    [InlineData((LinkBinding)9)]
    public void Value_ThatThisEndCannotCompute_IsNoneAndNotEmpty(LinkBinding kind)
    {
        Assert.Null(ChannelBindings.Value(null, kind));
        Assert.Null(ChannelBindings.Value(new ChannelBindings(null, null), kind));
    }
}
