using System.Net;
using Rivet.Hosting.Outgoing;

namespace Rivet.Hosting.Tests.Outgoing;

public sealed class PeerAddressTests
{
    [Theory]
    [InlineData("10.0.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("192.168.1.2", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("0.0.0.0", true)]
    [InlineData("::", true)]
    [InlineData("224.0.0.1", true)]
    [InlineData("255.255.255.255", true)]
    [InlineData("ff02::1", true)]
    [InlineData("fe80::1", true)]
    [InlineData("169.254.169.254", true)]
    [InlineData("::ffff:169.254.1.1", true)]
    [InlineData("64:ff9b::a9fe:a9fe", true)]
    [InlineData("64:ff9b:1::a9fe:a9fe", true)]
    [InlineData("2002:a9fe:a9fe::1", true)]
    [InlineData("::169.254.169.254", true)]
    [InlineData("fd00:ec2::254", true)]
    [InlineData("100.100.100.200", true)]
    public void IsNobodys_Address_HoldsForWhatAnswersAMachineAboutItself(string address, bool nobodys)
        => Assert.Equal(nobodys, PeerAddress.IsNobodys(IPAddress.Parse(address)));

    [Theory]
    [InlineData("10.255.0.1", true)]
    [InlineData("172.15.0.1", false)]
    [InlineData("172.16.0.1", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("192.168.0.1", true)]
    [InlineData("100.64.0.1", true)]
    [InlineData("100.128.0.1", false)]
    [InlineData("fd12::1", true)]
    [InlineData("2001:db8::1", false)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("2002:a00:1::", true)]
    [InlineData("8.8.8.8", false)]
    public void IsPrivate_Address_HoldsForNetworksBehindTheServer(string address, bool isPrivate)
        => Assert.Equal(isPrivate, PeerAddress.IsPrivate(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.9.9.9", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("2002:7f00:1::", true)]
    [InlineData("::1", true)]
    [InlineData("126.0.0.1", false)]
    public void IsLoopback_Address_HoldsForThisMachine(string address, bool loopback)
        => Assert.Equal(loopback, PeerAddress.IsLoopback(IPAddress.Parse(address)));
}
